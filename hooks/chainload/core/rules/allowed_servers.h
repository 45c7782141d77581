// SPDX-License-Identifier: MPL-2.0
// `allowed-servers`: which servers a managed rule may send a machine to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "problems.h"
#include "rule.h"

namespace chainload::core {

class AllowedServers {
 public:
  /// An IPv4 address, a network with its prefix length, or a host name. False: it is none of these.
  bool add(std::string_view text);

  /// From here on only what was added is allowed; before, everything is.
  void close() { is_open_ = false; }
  bool is_open() const { return is_open_; }

  /// Adds a problem for each server that the rule names and that is not allowed: next-server,
  /// server-hostname and the host of a URL. One that only a variable would tell is not allowed either.
  void check(const Rule& rule, const std::string& path, Problems& problems) const;

 private:
  struct Network {
    std::uint32_t prefix = 0;
    std::uint32_t mask = 0;
  };

  bool holds(Ipv4 address) const;
  bool holds(std::string_view host) const;

  bool is_open_ = true;
  std::vector<Network> networks_;
  std::vector<std::string> names_;  // in lower case
};

/// The host that a boot file name sends a machine to, as written: `boot.example.org`, `192.0.2.10`.
struct BootHost {
  enum class Kind : std::uint8_t {
    none,    // a name on the next-server
    named,   // see `host`
    unclear  // a URL without //, or one that begins with a variable
  };
  Kind kind = Kind::none;
  std::string_view host;
};
BootHost boot_host(std::string_view boot_file);

}  // namespace chainload::core

// SPDX-License-Identifier: MPL-2.0
// DNS messages [rfc1035 4]: a question for an A record, and what an answer says. Names are read as RFC 9267
// wants them.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "base/text.h"

namespace wire {

inline constexpr std::uint16_t dns_port = 53;

/// In dotted form, without the last dot, in lower case.
using DnsName = base::Text<253>;

struct DnsHeader {
  base::Be16 id;
  base::Be16 flags;
  base::Be16 qdcount;
  base::Be16 ancount;
  base::Be16 nscount;
  base::Be16 arcount;
};
static_assert(offsetof(DnsHeader, flags) == 2);
static_assert(offsetof(DnsHeader, qdcount) == 4);
static_assert(offsetof(DnsHeader, ancount) == 6);
static_assert(sizeof(DnsHeader) == 12);

enum class DnsCode : std::uint8_t {
  no_error = 0,
  format_error,
  server_failure,
  name_error,
  not_implemented,
  refused
};

/// True when `text` can be asked for: labels of 1 to 63 printable characters, 253 in all, a last dot allowed.
bool normalise_dns_name(std::string_view text, DnsName& name);

/// The name at `at` of a message, or of a list in DHCP option 119 [rfc3397], whose pointers must lead to
/// `first_target` or behind it, and to before the place they stand in. Moves `at` behind the name; false when
/// it breaks a rule.
bool read_dns_name(base::Bytes message, std::size_t first_target, std::size_t& at, DnsName& name);
/// The nth name of such a list, 0 the first; false at its end, or where it stops making sense.
bool nth_dns_name(base::Bytes list, unsigned n, DnsName& name);

/// A recursive question for the A records of `name`; its size, or 0 when it does not fit.
std::size_t emit_dns_question(base::MutBytes into, std::uint16_t id, const DnsName& name);

/// An answer whose header is whole; the bytes are only referred to.
class DnsMessage {
 public:
  static std::optional<DnsMessage> parse(base::Bytes message);

  std::uint16_t id() const { return header_->id; }
  bool is_response() const { return (header_->flags & 0xf800) == 0x8000; }  // and opcode QUERY
  bool is_truncated() const { return (header_->flags & 0x0200) != 0; }
  DnsCode code() const { return static_cast<DnsCode>(header_->flags & 15); }

  /// The one question is for the A records of `name`.
  bool answers(const DnsName& name) const;

  enum class Found : std::uint8_t { nothing, address, alias, malformed };
  /// Follows `name` through the aliases of this message: to an address, or to the last alias, which `name`
  /// then is.
  Found find_address(DnsName& name, base::Ipv4Address& address) const;

 private:
  struct Record {
    DnsName owner;
    std::uint16_t type;
    std::uint16_t class_;
    std::size_t data_at;
    std::size_t data_size;
  };
  bool read_name(std::size_t& at, DnsName& name) const {
    return read_dns_name(message_, sizeof(DnsHeader), at, name);
  }
  bool read_record(std::size_t& at, Record& record) const;

  base::Bytes message_;
  const DnsHeader* header_ = nullptr;
};

}  // namespace wire

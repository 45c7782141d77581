// SPDX-License-Identifier: MPL-2.0
// The library as kea-dhcp4 loads it: through Kea's own hooks manager, from the built .so, in this process.
#pragma once

#include <cc/data.h>
#include <dhcp/pkt4.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/facts/bytes.h"

namespace chainload::tests {

/// What dhcp4_srv_configured told the server.
struct Configured {
  bool dropped = false;
  std::string error;
};

/// The answer to a command.
struct Answer {
  int result = -1;
  std::string text;
  isc::data::ConstElementPtr arguments;
};

/// Each test starts as a process that never loaded the library, with an empty state directory of its own.
class LoadedLibrary : public ::testing::Test {
 protected:
  LoadedLibrary();
  ~LoadedLibrary() override;

  /// Parameters as JSON text; @STATE@ stands for the state directory. Unloads first, as the server does.
  bool load(const std::string& parameters);
  void unload();

  /// As if the server had taken on a configuration before this library was ever loaded.
  static void pretend_server_has_served();

  /// `dhcp4` is the Dhcp4 map as JSON text; empty: the server hands out none.
  static Configured configured(const std::string& dhcp4 = {});
  static Answer command(const std::string& name, const std::string& arguments);
  static Answer command(const isc::data::ConstElementPtr& whole);

  /// The reply the server would have made to a query: its type, and what `make` puts into it.
  static isc::dhcp::Pkt4Ptr reply_to(const isc::dhcp::Pkt4Ptr& query, std::uint8_t type);
  static isc::dhcp::Pkt4Ptr query_of(core::Bytes payload);
  /// The reply to an OFFER's worth of query, with this address.
  static isc::dhcp::Pkt4Ptr offer_to(const isc::dhcp::Pkt4Ptr& query, const std::string& yiaddr);
  /// Kea's next step after the callout is the answer.
  static int send(const isc::dhcp::Pkt4Ptr& query, const isc::dhcp::Pkt4Ptr& reply);
  static std::vector<std::uint8_t> packed(const isc::dhcp::Pkt4Ptr& reply);
  static std::string file_of(const isc::dhcp::Pkt4Ptr& reply);
  /// `absent`, or the option's octets.
  static std::string option_of(const isc::dhcp::Pkt4Ptr& reply, std::uint8_t code);

  std::string state_directory() const { return directory_ + "/state"; }
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
};

inline const std::string short_form_json =
    R"({ "next-server": "192.0.2.10", "script": "http://192.0.2.10/boot.php?mac=${mac}", "state-directory": "@STATE@" })";

}  // namespace chainload::tests

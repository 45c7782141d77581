// SPDX-License-Identifier: MPL-2.0
// The configuration that last worked, kept in the state directory for the day when a new one is wrong.
#pragma once

#include <cc/data.h>

#include <stdexcept>
#include <string>

namespace chainload::kea {

/// What failed, with the system's own words.
class StateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `/var/lib/kea/chainload/` and the name of the server's configuration file without its suffix, as Kea names
/// its PID file.
std::string default_state_directory();

std::string last_good_file(const std::string& directory);

/// What worked together: a configuration can be made from it.
struct LastGood {
  isc::data::ConstElementPtr parameters;
  isc::data::ConstElementPtr networks;  // network_part() of the Dhcp4 map; null in a file of format 1
};

/// Writes nothing when the file says the same already. Otherwise: temporary file, fsync, rename, fsync of the
/// directory; made 0750 and 0640. Throws StateError.
void save_last_good(const std::string& directory, const LastGood& last_good);

/// Throws StateError, also when there is nothing.
LastGood read_last_good(const std::string& directory);

}  // namespace chainload::kea

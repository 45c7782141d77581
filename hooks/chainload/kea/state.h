// SPDX-License-Identifier: MPL-2.0
// The parameters that last worked, kept in the state directory for the day when new ones are wrong.
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

/// Writes nothing when the file says the same already. Otherwise: temporary file, fsync, rename, fsync of the
/// directory; made 0750 and 0640. Throws StateError.
void save_last_good(const std::string& directory, const isc::data::ConstElementPtr& parameters);

/// Throws StateError, also when there is nothing.
isc::data::ConstElementPtr read_last_good(const std::string& directory);

}  // namespace chainload::kea

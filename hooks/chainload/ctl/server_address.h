// SPDX-License-Identifier: MPL-2.0
// Where a server's commands are taken: a UNIX socket, the Control Agent, or Kea's own HTTP socket since 3.0.
#pragma once

#include <string>
#include <vector>

namespace chainload::ctl {

struct ServerAddress {
  enum class Kind { unix_socket, http, https };
  Kind kind = Kind::unix_socket;
  std::string text;  // as shown: never with a password
  std::string path;  // of the socket, or of the URL
  std::string host;
  std::string port;
  std::string user;
  std::string password;
};

/// `/run/kea/kea4-ctrl-socket`, `unix:PATH`, `http://[USER[:PASSWORD]@]HOST[:PORT][/PATH]`, `https://…`; an
/// IPv6 host in brackets. Throws Failure.
ServerAddress parse_server_address(const std::string& text);

/// How all servers are spoken to.
struct ConnectionOptions {
  std::string user;           // where the address names none
  std::string password_file;  // its first line
  std::string ca_file;        // in place of the system's certificates
  std::string certificate_file;
  std::string key_file;
  unsigned timeout_s = 30;
};

/// Fills in user and password from the options. Throws Failure when the file cannot be read.
void add_credentials(ServerAddress& address, const ConnectionOptions& options);

}  // namespace chainload::ctl

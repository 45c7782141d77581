// SPDX-License-Identifier: MPL-2.0
// What a web server asks of those who want a document [rfc9110 11.3, rfc7616 3.3, rfc7617 2].
#pragma once

#include <cstdint>
#include <string_view>

namespace wire {

/// The texts are views of what was parsed, without the quotation marks, and with the backslashes in them.
struct HttpChallenge {
  enum class Scheme : std::uint8_t { none, basic, digest };  // the better the later

  Scheme scheme = Scheme::none;
  bool is_sha256 = false;  // else MD5
  bool has_qop = false;    // "auth" is offered; without it the server is older than [rfc2617]
  bool is_stale = false;   // the password was right, and only the nonce too old
  std::string_view realm, nonce, opaque;
};

/// The best that WWW-Authenticate's `value` offers and we know. Of Authentication-Info, which has no scheme, the next
/// nonce.
HttpChallenge parse_http_challenge(std::string_view value);

}  // namespace wire

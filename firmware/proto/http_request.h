// SPDX-License-Identifier: MPL-2.0
// What we say to a web server: one GET or POST, with a login where the server has asked for one, and from the middle of
// a document where a connection broke there.
#pragma once

#include <array>

#include "proto/uri.h"

namespace proto {

/// What one server has asked for before it gives its documents. Kept from one download to the next, so that only the
/// first is asked for twice.
struct HttpLogin {
  base::Text<264> server;      // as Uri::server(): it is told to no other
  base::Text<512> challenge;   // WWW-Authenticate's value
  base::Text<128> next_nonce;  // Authentication-Info's, in place of the challenge's
  std::uint32_t uses = 0;      // of the nonce
};

/// Where a broken download goes on.
struct HttpResume {
  std::uint64_t at = 0;        // as much as the sink has
  base::Text<128> validator;  // what the server must find unchanged [rfc9110 13.1.5]; empty: begin anew
};

struct HttpRequest {
  const Uri& uri;
  std::size_t form_size = 0;           // bytes of a form that will follow; 0: a GET
  HttpLogin* login = nullptr;          // what uri's server asked for
  std::uint32_t chance = 0;            // nobody can guess it [rfc7616 3.4: cnonce]
  const HttpResume* resume = nullptr;  // with `at` not 0
};

using HttpRequestRoom = std::array<char, 4096>;
/// The request, written into `room`.
std::string_view compose_http_request(const HttpRequest& request, HttpRequestRoom& room);

}  // namespace proto

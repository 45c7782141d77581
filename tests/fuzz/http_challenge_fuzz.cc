// SPDX-License-Identifier: MPL-2.0
// What a web server asks for, and the request that answers it: one header more, and nothing of the server's text
// becomes a line of its own.
#include <algorithm>

#include "fuzz_target.h"
#include "proto/http_request.h"
#include "wire/http.h"
#include "wire/http_challenge.h"

FUZZ_TARGET(http_challenge) {
  // It came as a header's value: without control characters.
  const std::string_view value = base::as_text(input);
  if (!std::all_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= ' '; })) return;
  const wire::HttpChallenge challenge = wire::parse_http_challenge(value);
  fuzz::require(challenge.scheme != wire::HttpChallenge::Scheme::digest || challenge.realm.size() <= value.size());
  proto::HttpLogin login;
  login.challenge.assign(value);
  login.next_nonce.assign(challenge.nonce);
  const auto uri = proto::Uri::parse("http://us%22er:password@h/path?query");
  proto::HttpRequestRoom room;
  const std::string_view request =
      proto::compose_http_request({.uri = uri.value(), .login = &login, .chance = 7}, room);
  fuzz::require(request.ends_with("\r\n\r\n") && std::count(request.begin(), request.end(), '\n') == 7);
  fuzz::require(request.find("password") == std::string_view::npos || value.find("password") != std::string_view::npos);
}

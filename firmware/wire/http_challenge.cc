// SPDX-License-Identifier: MPL-2.0
#include "wire/http_challenge.h"

#include <algorithm>

#include "base/text.h"
#include "wire/http.h"

namespace wire {
namespace {

using Scheme = HttpChallenge::Scheme;

/// The value behind an equals sign, taken off the front of `text`: a token or what stands in quotation marks.
std::string_view take_value(std::string_view& text) {
  const bool is_quoted = text.starts_with('"');
  std::size_t end = is_quoted ? 1 : 0;
  for (; end < text.size(); ++end) {
    if (is_quoted ? text[end] == '"' : !is_http_token_character(text[end])) break;
    if (is_quoted && text[end] == '\\' && end + 1 < text.size()) ++end;
  }
  const std::string_view value = text.substr(is_quoted, end - is_quoted);
  text.remove_prefix(std::min(end + is_quoted, text.size()));
  return value;
}

void take_parameter(HttpChallenge& challenge, std::string_view name, std::string_view value) {
  const auto is = [&](std::string_view known) { return base::equal_ignoring_case(name, known); };
  if (is("realm")) {
    challenge.realm = value;
  } else if (is("nonce") || is("nextnonce")) {
    challenge.nonce = value;
  } else if (is("opaque")) {
    challenge.opaque = value;
  } else if (is("stale")) {
    challenge.is_stale = base::equal_ignoring_case(value, "true");
  } else if (is("qop")) {
    challenge.has_qop = http_list_contains(value, "auth");
    if (!challenge.has_qop) challenge.scheme = Scheme::none;
  } else if (is("algorithm")) {
    challenge.is_sha256 = base::equal_ignoring_case(value, "SHA-256");
    if (!challenge.is_sha256 && !base::equal_ignoring_case(value, "MD5")) challenge.scheme = Scheme::none;
  }
}

}  // namespace

HttpChallenge parse_http_challenge(std::string_view value) {
  HttpChallenge best, current;
  const auto offer = [&] {
    if (current.scheme >= best.scheme) best = current;
  };
  while (!value.empty()) {
    const std::string_view name = take_value(value);
    if (name.empty()) {
      if (!value.empty()) value.remove_prefix(1);  // what stands between, or makes no sense
      continue;
    }
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (value.starts_with('=')) {
      value.remove_prefix(1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      take_parameter(current, name, take_value(value));
      continue;
    }
    offer();
    current = {};
    if (base::equal_ignoring_case(name, "Basic")) current.scheme = Scheme::basic;
    if (base::equal_ignoring_case(name, "Digest")) current.scheme = Scheme::digest;
  }
  offer();
  return best;
}

}  // namespace wire

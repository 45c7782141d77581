// SPDX-License-Identifier: MPL-2.0
#include "proto/http_request.h"

#include <tuple>

#include "settings/digest_text.h"
#include "settings/value.h"
#include "wire/http.h"
#include "wire/http_challenge.h"

namespace proto {
namespace {

constexpr std::size_t max_credentials = 192;  // user, colon and password

void append_target(base::TextWriter& out, const Uri& uri) {
  if (uri.path().empty()) out.append('/');
  out.append(uri.path());
  if (uri.has_query()) out.append('?');
  out.append(uri.query());
}

std::string_view method_of(const HttpRequest& request) {
  return request.form_size != 0 ? "POST" : "GET";
}

/// The digest of what stands in `text`, which is empty then.
settings::DigestText take_digest(bool is_sha256, base::TextWriter& text) {
  const auto kind = is_sha256 ? settings::Digest::sha256 : settings::Digest::md5;
  const settings::DigestText digest = settings::digest_text(kind, base::as_bytes(text.view()));
  text.clear();
  return digest;
}

/// [rfc7616 3.4] The server's own texts go back as they came.
void append_digest(base::TextWriter& out, const HttpRequest& request, const wire::HttpChallenge& challenge,
                   std::string_view user, std::string_view password) {
  HttpLogin& login = *request.login;
  const std::string_view nonce = login.next_nonce.empty() ? challenge.nonce : login.next_nonce.view();
  const base::Hex count{++login.uses, 8}, ours{request.chance, 8};
  char room[Uri::max_length + 600];
  base::TextWriter text(room);
  text.print("{}:{}:{}", user, challenge.realm, password);
  const auto who = take_digest(challenge.is_sha256, text);
  text.print("{}:", method_of(request));
  append_target(text, request.uri);
  const auto what = take_digest(challenge.is_sha256, text);
  text.print("{}:{}:", who.view(), nonce);
  if (challenge.has_qop) text.print("{}:{}:auth:", count, ours);
  text.append(what);
  const auto response = take_digest(challenge.is_sha256, text);

  out.append("Digest username=\"");
  for (const char c : user) {
    if (c == '"' || c == '\\') out.append('\\');
    if (static_cast<unsigned char>(c) >= ' ') out.append(c);
  }
  out.print("\", realm=\"{}\", nonce=\"{}\", response=\"{}\", algorithm={}, uri=\"", challenge.realm, nonce,
            response.view(), challenge.is_sha256 ? "SHA-256" : "MD5");
  append_target(out, request.uri);
  out.append('"');
  if (!challenge.opaque.empty()) out.print(", opaque=\"{}\"", challenge.opaque);
  if (challenge.has_qop) out.print(", qop=auth, nc={}, cnonce=\"{}\"", count, ours);
}

/// Credentials that are too long, or hold a NUL, are left out: the server's refusal says what it misses.
void append_login(base::TextWriter& out, const HttpRequest& request) {
  char room[max_credentials];
  const auto plain = percent_decode(request.uri.user_info(), room);
  const std::size_t colon = plain ? plain->find(':') : std::string_view::npos;
  if (request.login == nullptr || colon == std::string_view::npos) return;
  const wire::HttpChallenge challenge = wire::parse_http_challenge(request.login->challenge);
  out.append("\r\nAuthorization: ");
  if (challenge.scheme == wire::HttpChallenge::Scheme::digest) {
    return append_digest(out, request, challenge, plain->substr(0, colon), plain->substr(colon + 1));
  }
  out.append("Basic ");
  settings::format_value(settings::Type::base64, base::as_bytes(*plain), out);
}

}  // namespace

std::string_view compose_http_request(const HttpRequest& request, HttpRequestRoom& room) {
  static_assert(std::tuple_size_v<HttpRequestRoom> >=
                2 * Uri::max_length + 253 + 700 + 2 * max_credentials + 512 + 128 + 64);
  base::TextWriter out(room);
  out.print("{} ", method_of(request));
  append_target(out, request.uri);
  out.append(" HTTP/1.1\r\nHost: ");
  out.append(request.uri.host());
  if (request.uri.port_or(wire::http_port) != wire::http_port) out.print(":{}", request.uri.port());
  append_login(out, request);
  if (request.form_size != 0) {
    out.print("\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}", request.form_size);
  }
  if (request.resume != nullptr) {
    out.print("\r\nRange: bytes={}-\r\nIf-Range: {}", request.resume->at, request.resume->validator.view());
  }
  // The agent's name holds gPXE, for servers that look for it there.
  out.append("\r\nUser-Agent: Chainload/" CHAINLOAD_VERSION
             " (gPXE)\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n");
  return out.view();
}

}  // namespace proto

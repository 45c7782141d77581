// SPDX-License-Identifier: MPL-2.0
#include "proto/http_request.h"

#include <gtest/gtest.h>

#include <string>

namespace proto {
namespace {

std::string compose(const std::string& uri, std::size_t form_size = 0, HttpLogin* login = nullptr,
                    std::uint32_t chance = 0) {
  HttpRequestRoom room;
  return std::string(compose_http_request(
      {.uri = *Uri::parse(uri), .form_size = form_size, .login = login, .chance = chance}, room));
}

/// The value of `name` in a composed request.
std::string header(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

HttpLogin login_of(std::string_view challenge) {
  HttpLogin login;
  login.challenge.assign(challenge);
  return login;
}

TEST(HttpRequest, says_what_servers_look_for) {
  EXPECT_EQ(
      compose("http://boot.lan:8080/a b.php?mac=52:54"),
      "GET /a%20b.php?mac=52:54 HTTP/1.1\r\nHost: boot.lan:8080\r\nUser-Agent: Chainload/" CHAINLOAD_VERSION
      " (gPXE)\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(compose("http://198.18.0.1:80").starts_with("GET / HTTP/1.1\r\nHost: 198.18.0.1\r\n"));
  const std::string post = compose("http://h/x", 7);
  EXPECT_TRUE(post.starts_with("POST /x HTTP/1.1\r\n"));
  EXPECT_EQ(header(post, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(header(post, "Content-Length"), "7");
}

TEST(HttpRequest, password_goes_to_servers_that_asked_for_it_only) {
  EXPECT_EQ(header(compose("http://user:pw@h/x"), "Authorization"), "");
  EXPECT_EQ(compose("http://user:pw@h/x").find("user:pw"), std::string::npos);
  HttpLogin login = login_of("Basic realm=\"x\"");
  EXPECT_EQ(header(compose("http://Aladdin:open%20sesame@h/x", 0, &login), "Authorization"),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // the example of [rfc7617 2]
  for (const std::string plain : {"http://h/x", "http://nobody@h/x", "http://a:%00@h/x"}) {
    EXPECT_EQ(header(compose(plain, 0, &login), "Authorization"), "") << plain;
  }
}

TEST(HttpRequest, digest_is_that_of_the_standards_examples) {
  // [rfc2617 3.5], whose own answer is right
  HttpLogin login = login_of(
      "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
      "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");
  const std::string uri = "http://Mufasa:Circle%20Of%20Life@www.nowhere.org/dir/index.html";
  EXPECT_EQ(header(compose(uri, 0, &login, 0x0a4f113b), "Authorization"),
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
            "response=\"6629fae49393a05397450978507c4ef1\", algorithm=MD5, uri=\"/dir/index.html\", "
            "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", qop=auth, nc=00000001, cnonce=\"0a4f113b\"");
  EXPECT_NE(header(compose(uri, 0, &login, 0x0a4f113b), "Authorization").find(", nc=00000002, "), std::string::npos);
  // [rfc2069 2.4 with its erratum] a server that knows no qop
  HttpLogin old = login_of("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"");
  EXPECT_EQ(header(compose("http://Mufasa:CircleOfLife@h/dir/index.html", 0, &old), "Authorization"),
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
            "response=\"1949323746fe6a43ef61f9606e7febea\", algorithm=MD5, uri=\"/dir/index.html\"");
}

TEST(HttpRequest, digest_by_sha256_and_with_the_next_nonce) {
  HttpLogin login = login_of("Digest realm=\"r\", qop=\"auth\", algorithm=SHA-256, nonce=\"old\"");
  login.next_nonce.assign("new");
  const std::string value = header(compose("http://u:p@h/boot.php?x=1", 3, &login, 1), "Authorization");
  EXPECT_NE(value.find("nonce=\"new\""), std::string::npos);
  EXPECT_NE(value.find("algorithm=SHA-256, uri=\"/boot.php?x=1\""), std::string::npos);
  // Computed by sha256sum(1) from the same texts, step by step.
  EXPECT_NE(value.find("response=\"abe025742bc90cba93bee461eb44a0e87a4519cc98b9c36ea6792bfd3af1fa0b\""), std::string::npos) << value;
}

TEST(HttpRequest, nothing_in_a_name_breaks_out_of_its_header) {
  HttpLogin login = login_of("Digest realm=\"r\", nonce=\"n\"");
  const std::string request = compose("http://a%22b%5Cc%0d%0aX-Evil:p@h/", 0, &login);
  EXPECT_NE(request.find("username=\"a\\\"b\\\\cX-Evil\", "), std::string::npos) << request;
  EXPECT_EQ(header(request, "X-Evil"), "");
}

TEST(HttpRequest, rest_of_a_document_is_asked_for_with_its_validator) {
  const HttpResume resume{5'000'000'000, base::Text<128>("\"abc\"")};
  HttpRequestRoom room;
  const std::string request(compose_http_request({.uri = *Uri::parse("http://h/x"), .resume = &resume}, room));
  EXPECT_EQ(header(request, "Range"), "bytes=5000000000-");
  EXPECT_EQ(header(request, "If-Range"), "\"abc\"");
}

TEST(HttpRequest, longest_of_everything_fits) {
  const std::string host = std::string(126, 'a') + "." + std::string(126, 'b');
  HttpLogin login = login_of("Digest nonce=\"" + std::string(190, 'n') + "\", qop=auth, realm=\"" +
                             std::string(125, 'r') + "\", opaque=\"" + std::string(120, 'o') + "\"");
  const std::string uri = "http://" + std::string(150, 'u') + ":" + std::string(41, 'p') + "@" + host + "/";
  const HttpResume resume{UINT64_MAX, base::Text<128>(std::string(128, 'v'))};
  HttpRequestRoom room;
  const std::string_view request = compose_http_request(
      {.uri = *Uri::parse(uri + std::string(Uri::max_length - uri.size(), 'x')), .login = &login, .resume = &resume},
      room);
  EXPECT_TRUE(request.ends_with("\r\n\r\n"));
  login = login_of("Basic");
  EXPECT_NE(compose(uri, 4096, &login).find("Basic dXV1"), std::string::npos);
}

}  // namespace
}  // namespace proto

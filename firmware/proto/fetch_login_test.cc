// SPDX-License-Identifier: MPL-2.0
// Logins at web servers: by Basic and Digest, asked for, renewed, and never told to others.
#include "proto/fetch_bench.h"

namespace proto {
namespace {

using namespace fetch_test;
using Page = HttpServer::Page;

const std::string content = "#!gpxe\n";

Page ask(const std::string& headers) {
  return {"HTTP/1.1 401 Unauthorized\r\n" + headers + "Content-Length: 4\r\n\r\nwho?"};
}

std::string authorization(const std::string& request) {
  const std::size_t at = request.find("\r\nAuthorization: ");
  return at == std::string::npos ? "" : request.substr(at + 17, request.find("\r\n", at + 2) - at - 17);
}

std::vector<std::string> schemes(const HttpServer& server) {
  std::vector<std::string> all;
  for (const std::string& request : server.requests) {
    const std::string value = authorization(request);
    all.push_back(value.substr(0, value.find(' ')));
  }
  return all;
}

std::string part(const std::string& value, const std::string& name) {
  const std::size_t at = value.find(name + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 1;
  const std::string found = value.substr(begin, value.find(',', begin) - begin);
  return found[0] == '"' ? found.substr(1, found.size() - 2) : found;
}

TEST(FetchLogin, first_download_is_asked_and_the_next_brings_it) {
  Bench bench;
  bench.http.decide = [](const std::string& request) -> std::optional<Page> {
    return authorization(request) == "Basic dTpw" ? Page{HttpServer::document(content)}
                                                  : ask("WWW-Authenticate: Basic realm=\"boot\"\r\n");
  };
  EXPECT_EQ(bench.get("http://u:p@198.18.0.1/a"), content);
  EXPECT_EQ(bench.get("http://u:p@198.18.0.1/b"), content);
  EXPECT_EQ(schemes(bench.http), (std::vector<std::string>{"", "Basic", "Basic"}));
  EXPECT_EQ(bench.http.connections, 1U);
}

TEST(FetchLogin, wrong_password_is_told_and_not_tried_for_ever) {
  for (const std::string scheme : {"Basic realm=\"b\"", "Digest realm=\"d\", nonce=\"n\", qop=\"auth\""}) {
    Bench bench;
    bench.http.decide = [&](const std::string&) { return ask("WWW-Authenticate: " + scheme + "\r\n"); };
    EXPECT_EQ(bench.get("http://u:wrong@198.18.0.1/a"),
              "the web server 198.18.0.1 answers 401 Unauthorized; it asks for a user and password that it knows: "
              "write http://USER:PASSWORD@server/...");
    EXPECT_EQ(bench.http.requests.size(), 2U);
    bench.get("http://198.18.0.1/a");  // nobody to log in
    EXPECT_EQ(bench.http.requests.size(), 3U);
  }
}

TEST(FetchLogin, digest_is_taken_before_basic_and_the_password_stays_here) {
  Bench bench;
  bench.http.decide = [](const std::string& request) -> std::optional<Page> {
    const std::string value = authorization(request);
    if (!value.starts_with("Digest ")) {
      return ask("WWW-Authenticate: Basic realm=\"b\"\r\nWWW-Authenticate: Negotiate\r\n"
                 "WWW-Authenticate: Digest realm=\"d\", nonce=\"n1\", qop=\"auth\"\r\n");
    }
    return Page{HttpServer::document(content)};
  };
  EXPECT_EQ(bench.get("http://user:geheim@198.18.0.1/a"), content);
  EXPECT_EQ(bench.get("http://user:geheim@198.18.0.1/b"), content);
  EXPECT_EQ(schemes(bench.http), (std::vector<std::string>{"", "Digest", "Digest"}));
  EXPECT_EQ(part(authorization(bench.http.requests[1]), "nc"), "00000001");
  EXPECT_EQ(part(authorization(bench.http.requests[2]), "nc"), "00000002");
  EXPECT_NE(part(authorization(bench.http.requests[1]), "cnonce"), part(authorization(bench.http.requests[2]), "cnonce"));
  for (const std::string& request : bench.http.requests) {
    EXPECT_EQ(request.find("geheim"), std::string::npos);
    EXPECT_EQ(request.find("Z2VoZWlt"), std::string::npos);
  }
}

TEST(FetchLogin, stale_and_next_nonces_are_used) {
  Bench bench;
  unsigned answered = 0;
  bench.http.decide = [&](const std::string& request) -> std::optional<Page> {
    const std::string nonce = part(authorization(request), "nonce");
    const std::string wanted = "n" + std::to_string(answered);
    if (nonce != wanted) {
      return ask("WWW-Authenticate: Digest realm=\"d\", qop=\"auth\", nonce=\"" + wanted +
                 (nonce.empty() ? "\"\r\n" : "\", stale=true\r\n"));
    }
    ++answered;
    const std::string next = answered == 1 ? "Authentication-Info: nextnonce=\"n1\"\r\n" : "";
    return Page{"HTTP/1.1 200 OK\r\n" + next + "Content-Length: 1\r\n\r\nx"};
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bench.get("http://u:p@198.18.0.1/a"), "x");
  // asked, n0; n1 unasked; n1 again, which is stale now, n2
  EXPECT_EQ(bench.http.requests.size(), 5U);
  EXPECT_EQ(part(authorization(bench.http.requests[2]), "nc"), "00000001");
}

TEST(FetchLogin, server_whose_nonces_are_always_stale_ends) {
  Bench bench;
  bench.http.decide = [](const std::string&) {
    return ask("WWW-Authenticate: Digest realm=\"d\", nonce=\"n\", stale=true\r\n");
  };
  EXPECT_NE(bench.get("http://u:p@198.18.0.1/a").find("401"), std::string::npos);
  EXPECT_EQ(bench.http.requests.size(), 4U);
}

TEST(FetchLogin, form_is_sent_again_with_the_login) {
  Bench bench;
  bench.context.form = "mac=1";
  bench.http.decide = [](const std::string& request) -> std::optional<Page> {
    return authorization(request).empty() ? ask("WWW-Authenticate: Digest realm=\"d\", nonce=\"n\"\r\n")
                                          : Page{HttpServer::document(content)};
  };
  EXPECT_EQ(bench.get("http://u:p@198.18.0.1/a"), content);
  EXPECT_EQ(bench.http.forms, std::vector<std::string>(2, "mac=1"));
}

TEST(FetchLogin, redirect_takes_the_login_along_on_the_same_server_only) {
  for (const std::string to : {"/b", "http://198.18.0.1/b", "http://198.18.0.1:8080/b", "http://boot.lan/b"}) {
    Bench bench;
    bench.dns.names["boot.lan"] = Bench::server_address;
    HttpServer other(bench.server, 8080);
    const auto decide = [&](const std::string& request) -> std::optional<Page> {
      if (authorization(request).empty()) return ask("WWW-Authenticate: Basic realm=\"b\"\r\n");
      if (request.starts_with("GET /a")) return Page{HttpServer::redirect(to)};
      return Page{HttpServer::document(content)};
    };
    bench.http.decide = other.decide = decide;
    const bool is_same = to.find("8080") == std::string::npos && to.find("lan") == std::string::npos;
    const std::string got = bench.get("http://u:p@198.18.0.1/a");
    EXPECT_EQ(got == content, is_same) << to << ": " << got;
    if (is_same) continue;
    EXPECT_NE(got.find("answers 401"), std::string::npos) << to;
    EXPECT_EQ(authorization((other.requests.empty() ? bench.http : other).requests.back()), "") << to;
  }
}

}  // namespace
}  // namespace proto

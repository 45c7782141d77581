// SPDX-License-Identifier: MPL-2.0
// Downloads that break midway: they go on where they were, or begin anew, and end.
#include "proto/fetch_bench.h"

namespace proto {
namespace {

using namespace fetch_test;
using Page = HttpServer::Page;

/// The value of `name` in a request.
std::string header(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

/// Serves `content` and breaks each answer off after `piece` bytes.
struct Breaking {
  explicit Breaking(Bench& bench) {
    bench.http.decide = [this](const std::string& request) -> std::optional<Page> {
      ++asked;
      if (const auto other = instead ? instead(request) : std::nullopt) return other;
      std::size_t from = 0;
      const std::string range = header(request, "Range"), condition = header(request, "If-Range");
      if (knows_ranges && !range.empty() && condition == validator()) from = std::stoul(range.substr(6));
      std::string head = from == 0 ? "HTTP/1.1 200 OK\r\n"
                                   : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(from) +
                                         "-" + std::to_string(content.size() - 1) + "/" +
                                         std::to_string(content.size()) + "\r\n";
      head += headers + "Content-Length: " + std::to_string(content.size() - from) + "\r\n\r\n";
      const std::string body = content.substr(from, piece);
      return Page{head + body, from + body.size() < content.size()};
    };
  }
  std::string validator() const {
    const std::string tag = header("\r\n" + headers, "ETag");
    return tag.empty() ? header("\r\n" + headers, "Last-Modified") : tag;
  }
  std::string content = "0123456789abcdefghij";
  std::string headers = "ETag: \"one\"\r\n";
  std::size_t piece = 6;
  bool knows_ranges = true;
  unsigned asked = 0;
  std::function<std::optional<Page>(const std::string&)> instead;
};

TEST(FetchResume, broken_download_goes_on_where_it_was) {
  Bench bench;
  Breaking server(bench);
  EXPECT_EQ(bench.get("http://198.18.0.1/x"), server.content);
  EXPECT_EQ(bench.expected, 20U);
  std::vector<std::string> ranges;
  for (const std::string& request : bench.http.requests) ranges.push_back(header(request, "Range"));
  EXPECT_EQ(ranges, (std::vector<std::string>{"", "bytes=6-", "bytes=12-", "bytes=18-"}));
  EXPECT_NE(bench.platform.printed().find(
                "\nthe web server 198.18.0.1 ended the connection early: 6 of 20 bytes were received; try again\n"
                "Going on from byte 6..."),
            std::string::npos)
      << bench.platform.printed();
}

TEST(FetchResume, date_of_the_file_will_do_where_there_is_no_tag) {
  Bench bench;
  Breaking server(bench);
  server.headers =
      "Last-Modified: Fri, 27 Nov 2026 14:00:00 GMT\r\nDate: Fri, 27 Nov 2026 14:00:07 GMT\r\n";
  EXPECT_EQ(bench.get("http://198.18.0.1/x"), server.content);
  EXPECT_EQ(header(bench.http.requests[1], "If-Range"), "Fri, 27 Nov 2026 14:00:00 GMT");
}

TEST(FetchResume, without_a_promise_that_it_is_the_same_file_it_begins_anew) {
  for (const std::string headers :
       {"", "ETag: W/\"weak\"\r\nLast-Modified: Fri, 27 Nov 2026 14:00:00 GMT\r\n", "ETag: bare\r\n",
        "Last-Modified: Fri, 27 Nov 2026 14:00:00 GMT\r\nDate: Fri, 27 Nov 2026 14:00:00 GMT\r\n",
        "Last-Modified: Fri, 27 Nov 2026 14:00:00 GMT\r\n"}) {
    Bench bench;
    Breaking server(bench);
    server.headers = headers;
    server.instead = [&](const std::string&) -> std::optional<Page> {
      if (server.asked == 3) server.piece = 20;
      return std::nullopt;
    };
    EXPECT_EQ(bench.get("http://198.18.0.1/x"), server.content) << headers;
    for (const std::string& request : bench.http.requests) EXPECT_EQ(header(request, "Range"), "") << headers;
    EXPECT_EQ(bench.http.requests.size(), 3U);
  }
}

TEST(FetchResume, changed_file_begins_anew) {
  for (const bool by_the_book : {true, false}) {  // the other kind of server forgets If-Range
    Bench bench;
    Breaking server(bench);
    server.instead = [&](const std::string& request) -> std::optional<Page> {
      if (server.asked == 1) return std::nullopt;
      server.content = "ABCDEFGHIJKLMNOPQRST";
      server.headers = "ETag: \"two\"\r\n";
      server.piece = 20;
      if (by_the_book || header(request, "Range").empty()) return std::nullopt;
      return Page{"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 6-19/20\r\n" + server.headers +
                  "Content-Length: 14\r\n\r\nGHIJKLMNOPQRST"};
    };
    EXPECT_EQ(bench.get("http://198.18.0.1/x"), server.content);
    EXPECT_EQ(bench.http.requests.size(), by_the_book ? 2U : 3U);
  }
}

TEST(FetchResume, another_range_than_asked_for_is_not_used) {
  for (const std::string range : {"Content-Range: bytes 5-19/20\r\n", "Content-Range: bytes */20\r\n", "",
                                  "Content-Range: bytes 99999999999999999999-/20\r\n"}) {
    Bench bench;
    Breaking server(bench);
    server.instead = [&](const std::string& request) -> std::optional<Page> {
      if (server.asked == 1) return std::nullopt;
      server.piece = 20;
      if (header(request, "Range").empty()) return std::nullopt;
      return Page{"HTTP/1.1 206 Partial Content\r\n" + range + "ETag: \"one\"\r\nContent-Length: 15\r\n\r\n" +
                  std::string(15, '?')};
    };
    EXPECT_EQ(bench.get("http://198.18.0.1/x"), server.content) << range;
  }
}

TEST(FetchResume, server_that_never_gets_further_ends_with_its_figures) {
  Bench bench;
  Breaking server(bench);
  server.headers.clear();
  EXPECT_EQ(bench.get("http://198.18.0.1/x"),
            "the web server 198.18.0.1 ended the connection early: 6 of 20 bytes were received; try again");
  EXPECT_EQ(bench.code, base::ErrorCode::interrupted);
  EXPECT_EQ(bench.http.requests.size(), 4U);
}

TEST(FetchResume, reset_and_a_server_that_starts_anew_are_survived) {
  Bench bench;
  Breaking server(bench);
  server.instead = [&](const std::string&) -> std::optional<Page> {
    if (server.asked == 2) return Page{"", false, {}, true};  // resets before it says a word
    if (server.asked == 3) server.piece = 20;
    return std::nullopt;
  };
  EXPECT_EQ(bench.get("http://198.18.0.1/x"), server.content);
  EXPECT_EQ(header(bench.http.requests[2], "Range"), "bytes=6-");
}

TEST(FetchResume, stalled_download_is_said_and_goes_on) {
  Bench bench;
  Breaking server(bench);
  server.instead = [&](const std::string&) -> std::optional<Page> {
    if (server.asked > 1) return std::nullopt;
    return Page{"HTTP/1.1 200 OK\r\n" + server.headers + "Content-Length: 20\r\n\r\n0123"};
  };
  server.piece = 20;
  EXPECT_EQ(bench.get("http://198.18.0.1/x"), server.content);
  EXPECT_NE(bench.platform.printed().find("fell silent: nothing for 30 s after 4 bytes"), std::string::npos);
  EXPECT_NE(bench.platform.printed().find("Going on from byte 4..."), std::string::npos);
}

TEST(FetchResume, what_is_refused_or_was_sent_with_a_form_is_not_tried_again) {
  Bench bench;
  Breaking server(bench);
  bench.context.form = "a=b";
  EXPECT_NE(bench.get("http://198.18.0.1/x").find("ended the connection early"), std::string::npos);
  EXPECT_EQ(bench.http.requests.size(), 1U);
  bench.context.form = {};
  server.instead = [&](const std::string&) -> std::optional<Page> {
    if (server.asked == 2) return std::nullopt;
    return Page{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};
  };
  EXPECT_NE(bench.get("http://198.18.0.1/x").find("answers 404"), std::string::npos);
  EXPECT_EQ(bench.http.requests.size(), 3U);
}

/// A TFTP server that is not heard for a while, soon after a transfer's begin.
struct SilentTftp : Bench {
  explicit SilentTftp(Duration lasts) {
    for (std::size_t i = 0; i < 500'000; ++i) content.push_back(static_cast<char>(i * 7 + i / 251));
    tftp.files["x"] = Octets(content.begin(), content.end());
    network.at(in(Duration::milliseconds(5)), [this] { server.be_silent(true); });
    network.at(in(Duration::milliseconds(5) + lasts), [this] { server.be_silent(false); });
  }
  bool has_said(const std::string& text) const { return platform.printed().find(text) != std::string::npos; }

  std::string content;
};

TEST(FetchResume, tftp_that_stalls_says_so_and_goes_on) {
  SilentTftp bench(Duration::seconds(12));
  EXPECT_EQ(bench.get("tftp://198.18.0.1/x"), bench.content);
  EXPECT_EQ(bench.tftp.requests.size(), 1U);
  EXPECT_TRUE(bench.has_said("\nNothing from 198.18.0.1 for 5 s, trying on...\n")) << bench.platform.printed();
  EXPECT_FALSE(bench.has_said("From the start again"));
}

TEST(FetchResume, tftp_server_that_comes_back_later_is_asked_anew) {
  SilentTftp bench(Duration::seconds(20));
  EXPECT_EQ(bench.get("tftp://198.18.0.1/x"), bench.content);
  EXPECT_GT(bench.tftp.requests.size(), 1U);
  EXPECT_TRUE(bench.has_said("fell silent: nothing for 15 s")) << bench.platform.printed();
  EXPECT_TRUE(bench.has_said("\nFrom the start again..."));
}

TEST(FetchResume, tftp_server_that_stays_away_is_given_up) {
  SilentTftp bench(Duration::seconds(3600));
  EXPECT_NE(bench.get("tftp://198.18.0.1/x"), bench.content);
  EXPECT_EQ(bench.code, base::ErrorCode::timed_out);
  EXPECT_LT(bench.took.us() / 1'000'000, 60);
}

TEST(FetchResume, tftp_that_goes_well_says_nothing) {
  Bench bench;
  bench.tftp.files["x"] = Octets(100'000);
  EXPECT_EQ(bench.get("tftp://198.18.0.1/x").size(), 100'000U);
  EXPECT_EQ(bench.platform.printed(), "");
}

}  // namespace
}  // namespace proto

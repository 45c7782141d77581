// SPDX-License-Identifier: MPL-2.0
#include "proto/http_transfer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace proto {
namespace {

/// What came of one answer.
struct Outcome {
  std::string body, sentence, location;
  std::vector<std::uint64_t> expected;
  std::size_t used = 0;
  bool over = false, keeps = false;
  base::ErrorCode code{};
  std::size_t room = SIZE_MAX;

  Sink sink() {
    return {this,
            [](void* self, std::uint64_t total) -> base::Status {
              Outcome& outcome = *static_cast<Outcome*>(self);
              outcome.expected.push_back(total);
              if (total > outcome.room) return base::Error(base::ErrorCode::too_large, "no room");
              return base::Done{};
            },
            [](void* self, base::Bytes piece) -> base::Status {
              Outcome& outcome = *static_cast<Outcome*>(self);
              if (piece.size() > outcome.room - outcome.body.size())
                return base::Error(base::ErrorCode::too_large, "no room");
              outcome.body += base::as_text(piece);
              return base::Done{};
            },
            [](void* self) { static_cast<Outcome*>(self)->body.clear(); }};
  }
  void take(const HttpTransfer& transfer) {
    over = transfer.is_over();
    keeps = transfer.keeps_connection();
    location = transfer.location();
    if (transfer.failure() != nullptr) {
      sentence = transfer.failure()->sentence();
      code = transfer.failure()->code();
    }
  }
};

/// The answer, cut before each of `cuts`, and then the end of the stream if `ends`.
Outcome receive(const std::string& text, bool ends = false, std::vector<std::size_t> cuts = {},
                std::size_t room = SIZE_MAX) {
  Outcome outcome;
  outcome.room = room;
  HttpTransfer transfer("boot.lan", outcome.sink());
  cuts.push_back(text.size());
  std::size_t from = 0;
  for (std::size_t cut : cuts) {
    const std::vector<std::uint8_t> piece(text.begin() + static_cast<std::ptrdiff_t>(from),
                                          text.begin() + static_cast<std::ptrdiff_t>(cut));
    outcome.used += transfer.receive(piece);
    from = cut;
  }
  if (ends) transfer.end_of_stream();
  outcome.take(transfer);
  return outcome;
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

TEST(HttpTransfer, counted_body_is_whole_when_counted) {
  const Outcome outcome = receive(ok + "Content-Length: 5\r\nX: y\r\n\r\nhelloHTTP/1.1 200 OK");
  EXPECT_TRUE(outcome.over);
  EXPECT_EQ(outcome.body, "hello");
  EXPECT_EQ(outcome.expected, std::vector<std::uint64_t>{5});
  EXPECT_TRUE(outcome.keeps);
  EXPECT_EQ(outcome.used, ok.size() + 19 + 6 + 2 + 5);
  EXPECT_EQ(receive(ok + "Content-Length: 0\r\n\r\n").over, true);
}

TEST(HttpTransfer, body_without_a_length_ends_with_the_stream) {
  EXPECT_FALSE(receive(ok + "\r\nhello").over);
  const Outcome outcome = receive(ok + "\r\nhello", true);
  EXPECT_TRUE(outcome.over);
  EXPECT_EQ(outcome.body, "hello");
  EXPECT_EQ(outcome.sentence, "");
  EXPECT_FALSE(outcome.keeps);
}

const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

TEST(HttpTransfer, chunks_are_joined) {
  const Outcome outcome = receive(chunked + "5;x=\"y\"\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: z\r\n\r\n");
  EXPECT_TRUE(outcome.over);
  EXPECT_EQ(outcome.body, "hello!");
  EXPECT_TRUE(outcome.keeps);
  EXPECT_TRUE(outcome.expected.empty());
}

TEST(HttpTransfer, connection_is_kept_as_both_sides_say) {
  const auto keeps = [](const std::string& status, const std::string& headers) {
    return receive(status + headers + "Content-Length: 1\r\n\r\nx").keeps;
  };
  EXPECT_TRUE(keeps("HTTP/1.1 200 OK\r\n", ""));
  EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\n", "connection: Close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\n", ""));
  EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\n", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(
      receive(chunked.substr(0, chunked.size() - 2) + "Content-Length: 9\r\n\r\n1\r\nx\r\n0\r\n\r\n").keeps);
}

// F17: every split into two and into three pieces gives the same.
TEST(HttpTransferHostile, F17_splits_at_every_offset_change_nothing) {
  const std::string answers[] = {
      "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + ok + "content-length:5\nLocation: ignored\r\n\r\nhello",
      chunked + "3\r\nhel\r\n2 ;e\nlo\n0\r\nT: u\r\n\r\n",
  };
  for (const std::string& answer : answers) {
    for (std::size_t first = 0; first <= answer.size(); ++first) {
      EXPECT_EQ(receive(answer, false, {first}).body, "hello") << first;
      for (std::size_t second = first; second <= answer.size(); ++second) {
        const Outcome outcome = receive(answer, false, {first, second});
        ASSERT_TRUE(outcome.over && outcome.body == "hello" && outcome.sentence.empty())
            << first << ' ' << second;
      }
    }
  }
}

TEST(HttpTransferHostile, F17_lines_may_end_with_lf_alone) {  // CVE-2022-28734's relative
  EXPECT_EQ(receive("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello").body, "hello");
  EXPECT_EQ(receive("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n").body, "hello");
}

TEST(HttpTransfer, redirects_say_where_to) {
  for (int code : {301, 302, 303, 307, 308}) {
    const Outcome outcome = receive("HTTP/1.1 " + std::to_string(code) +
                                    " Moved\r\nLocation: /new\r\nContent-Length: 4\r\n\r\ngone");
    EXPECT_TRUE(outcome.over);
    EXPECT_EQ(outcome.location, "/new");
    EXPECT_EQ(outcome.body, "");
    EXPECT_EQ(outcome.sentence, "");
    EXPECT_TRUE(outcome.keeps);
  }
  EXPECT_EQ(receive(ok + "Location: /new\r\nContent-Length: 0\r\n\r\n").location, "");
  const Outcome nowhere = receive("HTTP/1.1 302 Found\r\nLocation: \r\n\r\n");
  EXPECT_EQ(nowhere.sentence,
            "the web server boot.lan answers 302 but does not say where to go; look into its log");
}

TEST(HttpTransfer, body_nobody_wants_is_received_only_when_it_is_short) {
  const std::string moved = "HTTP/1.1 302 Found\r\nLocation: /new\r\n";
  EXPECT_TRUE(receive(moved + "\r\n").over);  // to the end of the stream: not worth it
  const Outcome large = receive(moved + "Content-Length: 99999\r\n\r\n");
  EXPECT_TRUE(large.over);
  EXPECT_FALSE(large.keeps);
  const std::string chunks = moved + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(receive(chunks + "5\r\nhello\r\n0\r\n\r\n").keeps);
  EXPECT_FALSE(receive(chunks + "5000\r\n" + std::string(0x5000, 'x')).keeps);
  const Outcome broken = receive(chunks + "zzz\r\n");
  EXPECT_TRUE(broken.over);
  EXPECT_EQ(broken.location, "/new");
  EXPECT_EQ(broken.sentence, "");
  EXPECT_EQ(receive(moved + "Content-Length: 9\r\n\r\nxx", true).location, "/new");
}

TEST(HttpTransfer, refusals_are_sentences) {
  const auto sentence = [](const std::string& status) {
    return receive("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nno").sentence;
  };
  EXPECT_EQ(sentence("404 Not Found"),
            "the web server boot.lan answers 404 Not Found; check the path and the directory that the server "
            "serves");
  EXPECT_EQ(sentence("403 \x1b[2JForbidden"),
            "the web server boot.lan answers 403 ?[2JForbidden; check that the server may read the file");
  EXPECT_EQ(sentence("500 Oops"),
            "the web server boot.lan answers 500 Oops; the fault is in the server or its script; look into "
            "its log");
  for (const char* status :
       {"201 Created", "206 Partial Content", "300 Choices", "400 Bad", "401 Who", "599 x"}) {
    EXPECT_NE(sentence(status), "") << status;
  }
  const Outcome missing = receive("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_EQ(missing.code, base::ErrorCode::not_found);
  EXPECT_EQ(missing.body, "");
  EXPECT_TRUE(missing.keeps);
}

TEST(HttpTransferHostile, answers_without_content_are_no_files) {  // 204 and 304 with a body
  for (const char* status : {"204 No Content", "205 Reset Content", "304 Not Modified"}) {
    const Outcome outcome = receive("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_TRUE(outcome.over);
    EXPECT_EQ(outcome.body, "");
    EXPECT_NE(outcome.sentence, "");
    EXPECT_FALSE(outcome.keeps);
  }
}

TEST(HttpTransferHostile, junk_for_a_status_line_is_refused) {
  for (const char* line : {"HTTP/9.9 999999\r\n", "\r\n", "HTTP/1.1\r\n", "220 ftp.lan ready\r\n", "<html>\n",
                           "HTTP/1.1 200OK\r\n"}) {
    EXPECT_EQ(receive(line).sentence, "the web server boot.lan does not speak HTTP/1.x; check the port")
        << line;
  }
}

TEST(HttpTransferHostile, lengths_that_cannot_be_are_refused) {
  for (const char* length : {"-5", "+5", "0x10", "18446744073709551616", "", "5, 6", "five"}) {
    const Outcome outcome = receive(ok + "Content-Length: " + length + "\r\n\r\nhello");
    EXPECT_EQ(outcome.sentence, "the web server boot.lan contradicts itself about the length") << length;
    EXPECT_EQ(outcome.body, "");
  }
  EXPECT_NE(receive(ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello").sentence, "");
  EXPECT_EQ(receive(ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello").body, "hello");
  EXPECT_EQ(receive(ok + "Content-Length: 4294967297\r\n\r\n").expected,
            std::vector<std::uint64_t>{4294967297});  // 4 GiB+1
}

TEST(HttpTransferHostile, body_that_stops_short_says_how_short) {
  EXPECT_EQ(receive(ok + "Content-Length: 10\r\n\r\nhello", true).sentence,
            "the web server boot.lan ended the connection early: 5 of 10 bytes were received; try again");
  EXPECT_EQ(receive(chunked + "a\r\nhello", true).sentence,
            "the web server boot.lan ended the connection early: 5 bytes were received and more announced; "
            "try again");
  EXPECT_EQ(receive("HTTP/1.1 200", true).sentence,
            "the web server boot.lan ended the connection without an answer");
  EXPECT_EQ(receive("", true).sentence, "the web server boot.lan ended the connection without an answer");
  EXPECT_EQ(receive(chunked + "5\r\nhello\r\n0\r\n", true).sentence, "");  // only the last CRLF is missing
}

// F12: chunks of 0, 1 and 2 bytes, and data that ends exactly at the line end.
TEST(HttpTransferHostile, F12_chunk_sizes_and_ends_are_checked) {
  for (const std::string& data :
       {std::string("\r"), std::string("\n"), std::string("\r\n"), std::string("0")}) {
    const Outcome outcome = receive(chunked + std::to_string(data.size()) + "\r\n" + data + "\r\n0\r\n\r\n");
    EXPECT_EQ(outcome.body, data);
    EXPECT_TRUE(outcome.over);
  }
  for (const char* body : {"10000000000000000\r\n", "-1\r\n", "\r\n", "x\r\n", "0x5\r\nhello\r\n",
                           "5\r\nhello!\r\n", "5\r\nhelloX"}) {
    const Outcome outcome = receive(chunked + body, true);
    EXPECT_NE(outcome.sentence, "") << body;
  }
  const Outcome huge = receive(chunked + "FFFFFFFFFFFFFFFF\r\nhello", true);
  EXPECT_EQ(huge.body, "hello");
  EXPECT_NE(huge.sentence, "");
}

TEST(HttpTransferHostile, other_transfer_encodings_are_refused) {
  for (const char* value : {"gzip, chunked", "identity", "", "chunked, chunked"}) {
    EXPECT_NE(receive(ok + "Transfer-Encoding: " + value + "\r\n\r\n").sentence, "") << value;
  }
  EXPECT_NE(receive(chunked.substr(0, chunked.size() - 2) + "Transfer-Encoding: chunked\r\n\r\n").sentence,
            "");
}

// F17: NUL and CR in headers, 64 KiB of one header, a hundred thousand of them, a megabyte of chunk
// extension, 1xx floods.
TEST(HttpTransferHostile, F17_heads_are_bounded_and_clean) {
  EXPECT_NE(receive(ok + std::string("X: a\0b\r\n\r\n", 11)).sentence, "");
  EXPECT_NE(receive(ok + "X: a\rContent-Length: 5\r\n\r\n").sentence, "");
  EXPECT_FALSE(receive("HTTP/1.1 200 OK\rContent-Length: 5\r\rhello").over);  // CR ends no line
  EXPECT_EQ(receive(ok + "X: " + std::string(60'000, 'x') + "\r\nContent-Length: 1\r\n\r\n!").body, "!");
  EXPECT_NE(receive(ok + "X: " + std::string(65'536, 'x') + "\r\nContent-Length: 1\r\n\r\n!").sentence, "");
  std::string many = ok;
  for (int i = 0; i < 100'000; ++i) many += "X: y\r\n";
  EXPECT_EQ(receive(many + "\r\n").sentence, "the web server boot.lan sends headers without end");
  EXPECT_NE(receive(chunked + "5;" + std::string(1 << 20, 'e') + "\r\nhello\r\n0\r\n\r\n").sentence, "");
  EXPECT_EQ(
      receive(chunked + "5;" + std::string(5000, 'e') + "\r\nhello\r\n0\r\n\r\n", false, {2000, 4000}).body,
      "hello");
  EXPECT_NE(receive(chunked + "0\r\n" + many).sentence, "");
  std::string flood;
  for (int i = 0; i < 17; ++i) flood += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(receive(flood + ok + "\r\n").sentence,
            "the web server boot.lan sends interim answers without end");
  EXPECT_NE(receive("HTTP/1.1 101 Switching Protocols\r\n\r\n").sentence, "");
}

TEST(HttpTransferHostile, F17_header_that_matters_is_never_cut) {
  const std::string overlong(2000, 'x');
  EXPECT_EQ(receive("HTTP/1.1 302 Found\r\nLocation: /" + overlong + "\r\n\r\n", false, {500, 1500}).sentence,
            "the web server boot.lan sends a header that is too long");
  EXPECT_EQ(receive("HTTP/1.1 302 Found\r\nLocation: /" + overlong + "\r\n\r\n").sentence,
            "the web server boot.lan redirects to an address of more than 1024 characters");
}

TEST(HttpTransferHostile, full_sink_ends_it_with_the_sinks_error) {
  EXPECT_EQ(receive(ok + "Content-Length: 10\r\n\r\nhello", false, {}, 9).sentence, "no room");
  const Outcome outcome = receive(chunked + "5\r\nhello\r\n5\r\nworld\r\n", false, {}, 9);
  EXPECT_EQ(outcome.sentence, "no room");
  EXPECT_TRUE(outcome.over);
  EXPECT_FALSE(outcome.keeps);
}

}  // namespace
}  // namespace proto

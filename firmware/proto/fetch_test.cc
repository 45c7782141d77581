// SPDX-License-Identifier: MPL-2.0
// fetch() over real TCP and UDP, on a network that is as bad as the test says.
#include "proto/fetch_bench.h"

namespace proto {
namespace {

using namespace fetch_test;
using Page = HttpServer::Page;

std::string text(const Octets& bytes) {
  return std::string(base::as_text(bytes));
}

TEST(FetchHttp, document_arrives_by_name_and_by_address) {
  Bench bench;
  bench.http.pages["/boot.php?mac=52:54"] = {HttpServer::document("#!gpxe\n")};
  EXPECT_EQ(bench.get("http://198.18.0.1/boot.php?mac=52:54"), "#!gpxe\n");
  EXPECT_EQ(bench.expected, 7U);
  bench.dns.names["boot.lan"] = Bench::server_address;
  EXPECT_EQ(bench.get("http://boot/boot.php?mac=52:54#part"), "#!gpxe\n");
  EXPECT_EQ(bench.dns.asked, std::vector<std::string>{"boot.lan"});
  EXPECT_EQ(bench.final_uri, "http://boot/boot.php?mac=52:54");
  EXPECT_NE(bench.http.requests.back().find("\r\nHost: boot\r\n"), std::string::npos);
}

TEST(FetchHttp, form_is_posted_and_follows_only_redirects_that_ask_for_it) {
  Bench bench;
  bench.context.form = "mac=52%3A54&n=1";
  bench.http.pages["/boot.php"] = {HttpServer::document("#!gpxe\n")};
  bench.http.pages["/seen"] = {HttpServer::redirect("/boot.php")};
  bench.http.pages["/moved"] = {
      "HTTP/1.1 307 Moved\r\nLocation: /boot.php\r\nContent-Length: 0\r\n\r\n"};
  for (const char* path : {"boot.php", "seen", "moved"}) {
    EXPECT_EQ(bench.get("http://198.18.0.1/" + std::string(path)), "#!gpxe\n");
  }
  std::vector<std::string> lines;
  for (const std::string& request : bench.http.requests) lines.push_back(request.substr(0, request.find(" HTTP")));
  const std::vector<std::string> expected = {"POST /boot.php", "POST /seen", "GET /boot.php", "POST /moved",
                                             "POST /boot.php"};
  EXPECT_EQ(lines, expected);
  EXPECT_EQ(bench.http.forms, std::vector<std::string>(4, "mac=52%3A54&n=1"));
}

TEST(FetchHttp, connection_is_used_again_for_the_same_server) {
  Bench bench;
  bench.http.pages["/a"] = {HttpServer::document("A")};
  bench.http.pages["/b"] = {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nB\r\n0\r\n\r\n"};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bench.get("http://198.18.0.1/a"), "A");
    EXPECT_EQ(bench.get("http://198.18.0.1/b"), "B");
    EXPECT_EQ(bench.get("http://198.18.0.1/c").substr(0, 40), "the web server 198.18.0.1 answers 404 No");
  }
  EXPECT_EQ(bench.http.connections, 1U);
  EXPECT_EQ(bench.http.requests.size(), 9U);
}

TEST(FetchHttp, kept_connection_that_turns_out_closed_costs_nothing_but_a_new_one) {
  for (const bool resets : {false, true}) {
    Bench bench;
    bench.http.pages["/a"] = {HttpServer::document("A")};
    EXPECT_EQ(bench.get("http://198.18.0.1/a"), "A");
    if (resets) {
      bench.server.stream().reset();
    } else {
      bench.server.stream().close();
    }
    EXPECT_EQ(bench.get("http://198.18.0.1/a"), "A");  // the end is under way while we ask
    EXPECT_EQ(bench.http.connections, 2U);
    bench.server.stream(1).close();
    bench.run(Duration::milliseconds(100));
    EXPECT_EQ(bench.get("http://198.18.0.1/a"), "A");  // the end has been seen
    EXPECT_EQ(bench.http.connections, 3U);
  }
}

TEST(FetchHttp, many_connections_one_after_the_other) {
  Bench bench;
  bench.http.pages["/a"] = {"HTTP/1.0 200 OK\r\n\r\nA", true};
  HttpServer other(bench.server, 8080);
  other.pages["/b"] = {HttpServer::document("B")};
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(bench.get("http://198.18.0.1/a"), "A");
    EXPECT_EQ(bench.get("http://198.18.0.1:8080/b"), "B");
  }
  EXPECT_EQ(bench.http.connections, 20U);
  for (const auto& stream : bench.server.streams()) EXPECT_TRUE(stream->faults().empty());
}

TEST(FetchHttp, redirects_are_followed_relative_and_absolute) {
  Bench bench;
  bench.http.pages["/dir/a"] = {HttpServer::redirect("../b?x")};
  bench.http.pages["/b?x"] = {HttpServer::redirect("http://198.18.0.1:8080/c")};
  HttpServer other(bench.server, 8080);
  other.pages["/c"] = {HttpServer::document("C")};
  EXPECT_EQ(bench.get("http://198.18.0.1/dir/a"), "C");
  EXPECT_EQ(bench.final_uri, "http://198.18.0.1:8080/c");
  EXPECT_EQ(bench.http.connections, 1U);
}

TEST(FetchHttp, redirects_end) {  // loops, depth, other schemes, nothing
  Bench bench;
  bench.http.pages["/loop"] = {HttpServer::redirect("/loop")};
  EXPECT_EQ(bench.get("http://198.18.0.1/loop"),
            "the web server 198.18.0.1 redirects without end: 8 times, at last to http://198.18.0.1/loop");
  EXPECT_EQ(bench.http.requests.size(), 9U);
  for (const char* to :
       {"tftp://198.18.0.1/x", "file:///etc/passwd", "data:,x", "http:///x", "https://198.18.0.1/"}) {
    bench.http.pages["/away"] = {HttpServer::redirect(to)};
    EXPECT_NE(bench.get("http://198.18.0.1/away").find("which this firmware does not follow"),
              std::string::npos)
        << to;
  }
  bench.http.pages["/nowhere"] = {HttpServer::redirect("")};
  EXPECT_NE(bench.get("http://198.18.0.1/nowhere").find("does not say where to go"), std::string::npos);
  EXPECT_TRUE(bench.tftp.requests.empty());
}

TEST(FetchHttp, eight_redirects_are_not_too_many) {
  Bench bench;
  for (int i = 0; i < 8; ++i)
    bench.http.pages["/" + std::to_string(i)] = {HttpServer::redirect(std::to_string(i + 1))};
  bench.http.pages["/8"] = {HttpServer::document("there")};
  EXPECT_EQ(bench.get("http://198.18.0.1/0"), "there");
}

TEST(FetchHttp, body_that_stops_is_an_error_with_its_figures) {
  Bench bench;
  bench.http.pages["/short"] = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", true};
  EXPECT_EQ(bench.get("http://198.18.0.1/short"),
            "the web server 198.18.0.1 ended the connection early: 5 of 10 bytes were received; try again");
  EXPECT_EQ(bench.code, base::ErrorCode::interrupted);
  bench.http.pages["/reset"] = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", false, {}, true};
  EXPECT_NE(bench.get("http://198.18.0.1/reset"), "hello");
  EXPECT_EQ(bench.code, base::ErrorCode::interrupted);
}

TEST(FetchHttp, silence_ends_with_a_sentence) {
  Bench bench;
  bench.http.pages["/stuck"] = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"};
  EXPECT_EQ(bench.get("http://198.18.0.1/stuck"),
            "the web server 198.18.0.1 fell silent: nothing for 30 s after 5 bytes; try again, or look into "
            "its log");
  EXPECT_EQ(bench.http.requests.size(), 4U);  // it was tried again
  for (const char* said : {"\nNothing from 198.18.0.1 for 5 s, trying on...\n", "for 25 s, trying on...\n"})
    EXPECT_NE(bench.platform.printed().find(said), std::string::npos) << bench.platform.printed();
  bench.http.pages["/slow"] = {HttpServer::document("slow"), false, Duration::seconds(25)};
  EXPECT_EQ(bench.get("http://198.18.0.1/slow"), "slow");
}

TEST(FetchHttp, short_patience_is_obeyed_and_nothing_is_said_in_it) {
  Bench bench;
  bench.context.timeouts.http_stall = Duration::milliseconds(700);
  bench.http.pages["/slow"] = {HttpServer::document("slow"), false, Duration::seconds(1)};
  EXPECT_NE(bench.get("http://198.18.0.1/slow"), "slow");
  EXPECT_EQ(bench.code, base::ErrorCode::timed_out);
  EXPECT_GE(bench.took.ms(), 700);
  EXPECT_LT(bench.took.ms(), 1000);
  EXPECT_EQ(bench.platform.printed(), "");
}

TEST(FetchHttp, server_that_takes_no_connection_is_told_of_before_it_is_given_up) {
  Bench bench;
  bench.server.be_silent(true);
  bench.network.at(bench.in(Duration::seconds(30)), [&] { bench.server.be_silent(false); });
  EXPECT_NE(bench.get("http://198.18.0.1/").find("198.18.0.1"), std::string::npos);
  EXPECT_NE(bench.platform.printed().find("\nNothing from 198.18.0.1 for 5 s, trying on...\n"), std::string::npos);
}

TEST(FetchHttp, one_byte_in_ten_seconds_is_no_silence) {
  Bench bench;
  const std::string answer = HttpServer::document("slowly");
  bench.server.serve_tcp(8080, [&](SimulatedStream& stream) {
    stream.on_data([&](SimulatedStream& self, base::Bytes) {
      const std::size_t head = answer.size() - 6;
      self.write(answer.substr(0, head));
      for (std::size_t i = 0; i < 6; ++i) {
        bench.network.at(bench.in(Duration::seconds(10) * static_cast<std::int64_t>(i + 1)),
                         [&self, &answer, head, i] { self.write(answer.substr(head + i, 1)); });
      }
    });
  });
  EXPECT_EQ(bench.get("http://198.18.0.1:8080/"), "slowly");
}

TEST(FetchHttp, servers_that_are_not_there_are_named) {
  Bench bench;
  EXPECT_NE(bench.get("http://198.18.0.1:81/").find("198.18.0.1"), std::string::npos);  // refuses
  EXPECT_NE(bench.get("http://198.18.0.99/").find("does not answer ARP"), std::string::npos);
  EXPECT_NE(bench.get("http://10.0.0.1/").find("no gateway"), std::string::npos);
  EXPECT_NE(bench.get("http://nobody/").find("the name \"nobody\" has no address"), std::string::npos);
  bench.loop->interface().configure({});
  EXPECT_NE(bench.get("http://198.18.0.1/").find("no address yet"), std::string::npos);
}

TEST(FetchHttp, ctrl_c_ends_it_at_any_moment) {
  for (int ms = 0; ms <= 20; ms += 2) {
    Bench bench;
    bench.http.pages["/big"] = {HttpServer::document(std::string(3'000'000, 'x'))};
    bench.network.at(bench.in(Duration::milliseconds(ms)), [&bench] { bench.platform.press("\3"); });
    bench.get("http://198.18.0.1/big");
    EXPECT_EQ(bench.code, base::ErrorCode::cancelled) << ms;
    bench.loop->clear_cancelled();
    bench.http.pages["/a"] = {HttpServer::document("A")};
    EXPECT_EQ(bench.get("http://198.18.0.1/a"), "A");
  }
}

TEST(FetchHttp, megabytes_arrive_intact_over_bad_cables) {
  const Octets content = pattern(1 << 20);
  for (const unsigned loss : {0U, 10U, 50U}) {
    LinkQuality cable;
    cable.loss = loss;
    cable.duplication = cable.reordering = cable.corruption = loss / 5;
    Bench bench(loss + 1, {}, cable, cable);
    bench.http.pages["/big"] = {HttpServer::document(text(content))};
    bench.get("http://198.18.0.1/big");
    EXPECT_EQ(bench.body, content) << loss;
  }
}

TEST(FetchTftp, file_arrives_in_windows_and_in_lockstep) {
  const Octets content = pattern(300'000);
  for (const std::size_t burst : {1U, 4U, 64U}) {
    platform::host::SimulatedNic::Card card;
    card.receive_burst = burst;
    Bench bench(1, card);
    bench.tftp.files["boot/kernel"] = content;
    bench.get("tftp://198.18.0.1/boot/kernel");
    EXPECT_EQ(bench.body, content);
    EXPECT_EQ(bench.expected, content.size());
    EXPECT_EQ(bench.tftp.data_packets, content.size() / 1432 + 1);  // not one was sent twice
  }
  Bench plain;
  plain.tftp.knows_options = false;
  plain.tftp.files["x"] = pattern(512 * 3);
  plain.get("tftp://198.18.0.1/x");
  EXPECT_EQ(plain.body, pattern(512 * 3));
  EXPECT_EQ(plain.tftp.data_packets, 4U);
}

TEST(FetchTftp, names_are_what_stands_behind_the_slash) {
  Bench bench;
  bench.tftp.files["a b"] = bench.tftp.files["/srv/x"] = bench.tftp.files["Boot\\x86\\n.com"] = Octets{'!'};
  EXPECT_EQ(bench.get("tftp://198.18.0.1/a%20b"), "!");
  EXPECT_EQ(bench.get("tftp://198.18.0.1//srv/x"), "!");
  EXPECT_EQ(bench.get(Uri::from_boot_file("/srv/x", Bench::server_address)->text()), "!");
  EXPECT_EQ(bench.get(Uri::from_boot_file("Boot\\x86\\n.com", Bench::server_address)->text()), "!");
  EXPECT_EQ(bench.get("tftp://198.18.0.1/"), "tftp://198.18.0.1/: this names no file on a TFTP server");
  EXPECT_NE(bench.get("tftp://198.18.0.1/a%00b").find("names no file"), std::string::npos);
  EXPECT_EQ(bench.get("tftp://198.18.0.1/none"),
            "the TFTP server 198.18.0.1 says \"File not found\" (error 1); check the file's name and the "
            "directory that the "
            "server serves");
}

TEST(FetchTftp, bad_cables_cost_time_and_nothing_else) {
  const Octets content = pattern(150'000);
  for (const unsigned loss : {10U, 50U}) {
    for (const std::size_t burst : {1U, 8U}) {
      LinkQuality cable;
      cable.loss = loss;
      cable.duplication = cable.reordering = cable.corruption = loss / 5;
      platform::host::SimulatedNic::Card card;
      card.receive_burst = burst;
      Bench bench(loss + burst, card, cable, cable);
      bench.tftp.files["x"] = content;
      bench.get("tftp://198.18.0.1/x");
      EXPECT_EQ(bench.body, content) << loss << ' ' << burst;
    }
  }
}

TEST(FetchTftp, servers_that_are_not_there_are_named) {
  Bench bench;
  EXPECT_NE(bench.get("tftp://198.18.0.99/x").find("does not answer ARP"), std::string::npos);
  EXPECT_NE(bench.get("tftp://10.0.0.1/x").find("no gateway"), std::string::npos);
  bench.server.serve_udp(69, [](const SimulatedServer::Datagram&) {});
  EXPECT_NE(bench.get("tftp://198.18.0.1/x").find("no answer from the TFTP server 198.18.0.1 in 15 s"),
            std::string::npos);
  bench.platform.press("\3");
  EXPECT_EQ(bench.get("tftp://198.18.0.1/x"), "cancelled by Ctrl-C");
}

TEST(Fetch, addresses_that_name_nothing_are_sentences) {
  Bench bench;
  EXPECT_EQ(bench.get("kernel"),
            "kernel: this is no full address; write http://server/file or tftp://server/file");
  EXPECT_EQ(bench.get("https://h/x"), "https://h/x: this firmware fetches by http and tftp, not by https");
  EXPECT_EQ(bench.get("http:///x"), "http:///x: this names no server; write http://server/file");
  EXPECT_EQ(bench.get("tftp:x"), "tftp:x: this names no server; write tftp://server/file");
}

}  // namespace
}  // namespace proto

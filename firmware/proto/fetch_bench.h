// SPDX-License-Identifier: MPL-2.0
// For the conversations' tests: servers of HTTP, TFTP and DNS on a simulated network, as good or as bad as a
// test wants.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "net/net_bench.h"
#include "proto/fetch.h"

namespace proto::fetch_test {

using base::Duration;
using base::Instant;
using base::Ipv4Address;
using platform::host::LinkQuality;
using platform::host::SimulatedServer;
using platform::host::SimulatedStream;
using Octets = std::vector<std::uint8_t>;

inline Octets pattern(std::size_t size) {
  Octets bytes(size);
  std::uint32_t state = 4711;
  for (std::uint8_t& byte : bytes)
    byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

/// Answers GET and POST requests with texts kept by path.
class HttpServer {
 public:
  struct Page {
    std::string answer;   // everything, status line and all
    bool closes = false;  // the connection afterwards
    Duration delay{};
    bool resets = false;
  };
  HttpServer(SimulatedServer& server, std::uint16_t port) : server_(server) {
    server.serve_tcp(port, [this](SimulatedStream& stream) {
      ++connections;
      stream.on_data([this](SimulatedStream& self, base::Bytes) { receive(self); });
      stream.on_end([](SimulatedStream& self) { self.close(); });
    });
  }
  static std::string document(std::string_view body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
  }
  static std::string redirect(const std::string& to) {
    return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
  }

  std::map<std::string, Page> pages;
  /// What it says to a request; nothing: the page.
  std::function<std::optional<Page>(const std::string& request)> decide = [](const std::string&) {
    return std::nullopt;
  };
  std::vector<std::string> requests;  // each request line and headers
  std::vector<std::string> forms;     // what came behind those that announced it
  unsigned connections = 0;

 private:
  void receive(SimulatedStream& stream) {
    std::size_t& at = read_[&stream];
    for (std::size_t end; (end = stream.received().find("\r\n\r\n", at)) != std::string::npos; at = end + 4) {
      const std::string request = stream.received().substr(at, end - at);
      if (const std::size_t length = request.find("Content-Length: "); length != std::string::npos) {
        const std::size_t size = std::stoul(request.substr(length + 16));
        if (stream.received().size() < end + 4 + size) return;
        forms.push_back(stream.received().substr(end + 4, size));
        end += size;
      }
      requests.push_back(request);
      const std::size_t begin = request.find(' ') + 1;
      const std::string path = request.substr(begin, request.find(' ', begin) - begin);
      const auto page = pages.find(path);
      const Page found = page != pages.end() ? page->second
                                             : Page{"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"};
      const Page answer = decide(request).value_or(found);
      server_.network().at(server_.network().now() + answer.delay, [&stream, answer] {
        stream.write(answer.answer);
        if (answer.closes) stream.close();
        if (answer.resets) stream.reset();
      });
    }
  }
  SimulatedServer& server_;
  std::map<SimulatedStream*, std::size_t> read_;
};

/// Sends files in windows [rfc7440], each transfer from a port of its own.
class TftpServer {
 public:
  explicit TftpServer(SimulatedServer& server) : server_(server) {
    server.serve_udp(69, [this](const SimulatedServer::Datagram& datagram) { begin(datagram); });
  }
  std::map<std::string, Octets> files;
  std::vector<std::string> requests;
  bool knows_options = true;
  std::size_t most_window = 8;
  std::size_t data_packets = 0;

 private:
  struct Transfer {
    Octets content;
    std::size_t block_size = 512, window = 1;
    std::uint64_t acked = 0;
    std::uint64_t timer = 0;
    Ipv4Address client;
    std::uint16_t client_port = 0, port = 0;
    Octets option_ack;
    std::uint64_t last() const { return content.size() / block_size + 1; }
  };
  static std::vector<std::string> strings(base::Bytes bytes) {
    std::vector<std::string> found(1);
    for (std::uint8_t byte : bytes) {
      if (byte == 0) {
        found.emplace_back();
      } else {
        found.back() += static_cast<char>(byte);
      }
    }
    return found;
  }
  void begin(const SimulatedServer::Datagram& datagram) {
    const auto words = strings(datagram.payload.subspan(2));
    requests.push_back(words[0]);
    const auto file = files.find(words[0]);
    if (file == files.end()) {
      const std::string_view error("\0\5\0\1File not found\0", 19);
      return server_.reply(datagram, base::as_bytes(error));
    }
    Transfer& transfer = transfers_[next_port_];
    transfer.content = file->second;
    transfer.client = datagram.source;
    transfer.client_port = datagram.source_port;
    transfer.port = next_port_++;
    std::string options;
    for (std::size_t i = 2; knows_options && i + 1 < words.size(); i += 2) {
      std::string value = words[i + 1];
      if (words[i] == "blksize") transfer.block_size = std::stoul(value);
      if (words[i] == "tsize") value = std::to_string(transfer.content.size());
      if (words[i] == "windowsize") {
        transfer.window = std::min<std::size_t>(std::stoul(value), most_window);
        value = std::to_string(transfer.window);
      }
      options += words[i] + '\0' + value + '\0';
    }
    server_.serve_udp(transfer.port,
                      [this, &transfer](const SimulatedServer::Datagram& ack) { receive(transfer, ack); });
    if (options.empty()) return send_window(transfer);
    transfer.option_ack = {0, 6};
    transfer.option_ack.insert(transfer.option_ack.end(), options.begin(), options.end());
    send(transfer, transfer.option_ack);
  }
  void send(Transfer& transfer, const Octets& packet) {
    server_.send_udp(transfer.port, transfer.client, transfer.client_port, packet);
  }
  void send_window(Transfer& transfer) {
    const std::uint64_t until = std::min(transfer.acked + transfer.window, transfer.last());
    for (std::uint64_t block = transfer.acked + 1; block <= until; ++block) {
      Octets packet = {0, 3, static_cast<std::uint8_t>(block >> 8), static_cast<std::uint8_t>(block)};
      const auto at = static_cast<std::size_t>(block - 1) * transfer.block_size;
      const std::size_t size = std::min(transfer.block_size, transfer.content.size() - at);
      packet.insert(packet.end(), transfer.content.begin() + static_cast<std::ptrdiff_t>(at),
                    transfer.content.begin() + static_cast<std::ptrdiff_t>(at + size));
      ++data_packets;
      send(transfer, packet);
    }
    const std::uint64_t timer = ++transfer.timer;
    server_.network().at(server_.network().now() + Duration::seconds(1), [this, &transfer, timer] {
      if (transfer.timer == timer && ++retries_ < 1000) send_window(transfer);
    });
  }
  void receive(Transfer& transfer, const SimulatedServer::Datagram& datagram) {
    if (datagram.payload.size() < 4 || datagram.payload[1] != 4) return;
    const std::uint64_t block = base::load_be16(&datagram.payload[2]);
    const std::uint64_t acked =
        (transfer.acked & ~0xffffULL) + block + (block + 0x8000 < (transfer.acked & 0xffff) ? 0x10000 : 0);
    if (acked < transfer.acked || acked > transfer.last()) return;
    transfer.acked = acked;
    ++transfer.timer;
    if (acked < transfer.last()) send_window(transfer);
  }

  SimulatedServer& server_;
  std::map<std::uint16_t, Transfer> transfers_;
  std::uint16_t next_port_ = 2000;
  std::size_t retries_ = 0;
};

/// Knows names, and says of others that they do not exist.
class DnsServer {
 public:
  explicit DnsServer(SimulatedServer& server) {
    server.serve_udp(53, [this, &server](const SimulatedServer::Datagram& datagram) {
      Octets answer(datagram.payload.begin(), datagram.payload.end());
      std::string name;
      for (std::size_t at = 12; answer[at] != 0; at += answer[at] + 1U) {
        name += (name.empty() ? "" : ".") +
                std::string(answer.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                            answer.begin() + static_cast<std::ptrdiff_t>(at) + 1 + answer[at]);
      }
      asked.push_back(name);
      const auto known = names.find(name);
      answer[2] = 0x81;
      answer[3] = known == names.end() ? 0x83 : 0x80;
      if (known != names.end()) {
        answer[7] = 1;
        const Octets record = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 0, 0, 0, 0};
        answer.insert(answer.end(), record.begin(), record.end());
        base::store_be32(&answer[answer.size() - 4], known->second.value);
      }
      server.reply(datagram, answer);
    });
  }
  std::map<std::string, Ipv4Address> names;
  std::vector<std::string> asked;
};

/// A client with everything it fetched, and one server of each kind.
struct Bench : net::Bench {
  explicit Bench(std::uint64_t seed = 1, const platform::host::SimulatedNic::Card& card = {},
                 LinkQuality to_us = {}, LinkQuality from_us = {})
      : net::Bench(seed, card, to_us, from_us), http(server, 80), tftp(server), dns(server) {}

  Sink sink() {
    return {this,
            [](void* self, std::uint64_t total) -> base::Status {
              static_cast<Bench*>(self)->expected = total;
              return base::Done{};
            },
            [](void* self, base::Bytes piece) -> base::Status {
              Octets& all = static_cast<Bench*>(self)->body;
              all.insert(all.end(), piece.begin(), piece.end());
              return base::Done{};
            },
            [](void* self) { static_cast<Bench*>(self)->body.clear(); }};
  }
  /// The body as text, or the error's sentence.
  std::string get(std::string_view uri) {
    body.clear();
    auto parsed = Uri::parse(uri);
    if (!parsed) return std::string(parsed.error().sentence());
    const Instant begin = network.now();
    auto fetched = fetch(context, *parsed, sink());
    took = network.now() - begin;
    if (!fetched) {
      code = fetched.error().code();
      return std::string(fetched.error().sentence());
    }
    final_uri = fetched->final_uri.text();
    EXPECT_EQ(fetched->bytes, body.size());
    return std::string(base::as_text(body));
  }

  HttpServer http;
  TftpServer tftp;
  DnsServer dns;
  Ipv4Address dns_servers[1] = {server_address};
  FetchContext context{*loop, dns_servers, "lan"};
  Octets body;
  std::uint64_t expected = 0;
  std::string final_uri;
  base::ErrorCode code{};
  Duration took;
};

}  // namespace proto::fetch_test

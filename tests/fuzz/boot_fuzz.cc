// SPDX-License-Identifier: MPL-2.0
// A whole boot over a network with live DHCP, TFTP, HTTP and DNS servers, into which somebody throws things
// at stated times: frames, datagrams to whoever listens, segments near the connection's numbers, bytes in the
// middle of an answer. He also changes, cuts and drops what the servers send.
//
// The input: which script and boot file, the length of more DHCP options and those, then events, each
// <delay> <kind> <what the kind wants>.
#include "crafted_frames.h"
#include "flow/boot_bench.h"

namespace {

using base::Duration;
using base::Instant;
using fuzz::Octets;
using platform::host::HostPlatform;
using platform::host::SimulatedNetwork;
using platform::host::SimulatedNic;
using platform::host::SimulatedServer;

constexpr base::MacAddress our_mac{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}},
    server_mac{{0x52, 0x54, 0, 0xaa, 0, 1}};
constexpr base::Ipv4Address us = base::Ipv4Address::of(198, 18, 0, 77),
                            server_address = base::Ipv4Address::of(198, 18, 0, 1);
constexpr fuzz::Ends ends{our_mac, server_mac, us, server_address};

constexpr std::string_view scripts[] = {
    "#!gpxe\nnslookup web web.lan ||\nkernel http://web.lan/kernel a=${net0/ip} || goto tftp\n"
    "initrd initrd\nboot\n:tftp\nkernel tftp://198.18.0.1/kernel\nboot\n",
    "#!ipxe\ninitrd --name one tftp://web.lan/initrd /etc/one mode=0600 ||\nimgstat\n"
    "chain --autofree http://198.18.0.1/moved || chain tftp://198.18.0.1/kernel\n",
    "#!gpxe\nset net0/dns 198.18.0.1\nimgfetch http://web.lan/closing ||\nimgfetch http://web.lan/chunked "
    "||\n"
    "dhcp net0 ||\nshow filename ||\nsha256sum chunked ||\nimgfree ||\nntp web.lan ||\nexit\n",
};
constexpr std::string_view boot_files[] = {"http://198.18.0.1/boot.gpxe",
                                           "http://web.lan/boot.gpxe?mac=${net0/mac}", "boot.gpxe",
                                           "tftp://web.lan/boot.gpxe"};

/// What happens to a frame on its way to us.
struct Change {
  unsigned skip;  // frames that go by before it
  enum class Kind : std::uint8_t { mix, cut, drop } kind;
  std::size_t at;
  Octets bytes;
};

class Card final : public platform::Nic {
 public:
  explicit Card(SimulatedNetwork& network) : inner_(network, SimulatedNic::Card(), {}, {}) {}
  base::MacAddress mac() const override { return our_mac; }
  std::size_t mtu() const override { return 1500; }
  std::string_view description() const override { return "fuzz"; }
  std::string_view driver() const override { return "fuzz"; }
  std::size_t receive_burst() const override { return 4; }
  bool transmit(base::Bytes frame) override {
    const fuzz::SeenFrame seen(frame, our_mac, 1514);
    fuzz::note(frame);
    if (seen.tcp) segment = *seen.tcp;
    if (seen.udp) {
      udp_ports[seen.udp->destination_port() == 53 ? 0 : 1] = seen.udp->source_port();
      if (seen.udp->destination_port() != 69)
        udp_peers[seen.udp->destination_port() == 53 ? 0 : 1] = seen.udp->destination_port();
      const base::Bytes payload = seen.udp->payload();
      if (payload.size() >= 8) std::copy_n(payload.begin(), 8, last_payload.begin());
    }
    return inner_.transmit(frame);
  }
  std::span<const base::Bytes> poll() override {
    kept_.clear();
    views_.clear();
    for (const base::Bytes frame : inner_.poll()) {
      kept_.emplace_back(frame.begin(), frame.end());
      if (!change(kept_.back())) kept_.pop_back();
    }
    for (Octets& frame : injected) kept_.push_back(std::move(frame));
    injected.clear();
    for (const Octets& frame : kept_) views_.push_back(frame);
    return views_;
  }

  std::vector<Octets> injected;
  std::vector<Change> changes;
  fuzz::SeenSegment segment;
  std::array<std::uint16_t, 2> udp_ports{}, udp_peers{};  // of DNS, and of the rest
  std::array<std::uint8_t, 8> last_payload{};  // the beginning of what we sent last by UDP: it has an xid

 private:
  /// False when the frame does not arrive.
  bool change(Octets& frame) {
    if (changes.empty() || changes.front().skip-- != 0) return true;
    const Change now = std::move(changes.front());
    changes.erase(changes.begin());
    for (std::size_t i = 0; i < now.bytes.size() && now.at + i < frame.size(); ++i)
      frame[now.at + i] ^= now.bytes[i];
    if (now.kind == Change::Kind::cut && now.at < frame.size()) frame.resize(now.at);
    return now.kind != Change::Kind::drop;
  }
  SimulatedNic inner_;
  std::vector<Octets> kept_;
  std::vector<base::Bytes> views_;
};

class Machine final : public HostPlatform {
 public:
  Machine(SimulatedNetwork& network, const HostPlatform::Machine& machine)
      : HostPlatform(machine), card(network), network_(network) {}
  base::Instant now() override {
    if (end < network_.now()) exit(true);
    return network_.now();
  }
  void pause() override {
    const Instant latest = network_.now() + Duration::milliseconds(1);
    network_.run_until(network_.next_event() < latest ? network_.next_event() : latest);
  }
  void gather_entropy(base::EntropyPool& pool) override { pool.mix(network_.below(UINT32_MAX)); }
  platform::Nic& nic() override { return card; }

  Card card;
  Instant end = Instant::never();

 private:
  SimulatedNetwork& network_;
};

struct World {
  static HostPlatform::Machine small() {
    HostPlatform::Machine machine;
    machine.ram = 8 << 20;
    return machine;
  }
  World()
      : machine(network, small()),
        server(network, server_mac, server_address),
        http(server, 80),
        tftp(server),
        dns(server) {
    const Octets kernel = image::TestKernel{.protected_size = 6000}.file(),
                 initrd = proto::fetch_test::pattern(5000);
    using proto::fetch_test::HttpServer;
    http.pages["/kernel"] = {HttpServer::document(base::as_text(kernel))};
    http.pages["/initrd"] = {HttpServer::document(base::as_text(initrd))};
    http.pages["/moved"] = {HttpServer::redirect("kernel")};
    http.pages["/closing"] = {"HTTP/1.0 200 OK\r\n\r\nto the end", true};
    http.pages["/chunked"] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nEnd: yes\r\n\r\n"};
    tftp.files["kernel"] = kernel;
    tftp.files["initrd"] = initrd;
    dns.names["web.lan"] = server_address;
  }
  void offer(std::string_view script, std::string_view boot_file, base::Bytes more_options);
  void happen(fuzz::Reader& reader, Instant at);

  SimulatedNetwork network;
  Machine machine;
  SimulatedServer server;
  proto::fetch_test::HttpServer http;
  proto::fetch_test::TftpServer tftp;
  proto::fetch_test::DnsServer dns;
};

void World::offer(std::string_view script, std::string_view boot_file, base::Bytes more_options) {
  http.pages["/boot.gpxe"] =
      http.pages["/boot.gpxe?mac=52:54:00:12:34:56"] = {proto::fetch_test::HttpServer::document(script)};
  tftp.files["boot.gpxe"] = Octets(script.begin(), script.end());
  server.serve_udp(67, [this, boot_file, more = Octets(more_options.begin(), more_options.end())](
                           const SimulatedServer::Datagram& datagram) {
    const auto query = wire::DhcpPacket::parse(datagram.payload);
    if (!query) return;
    flow::boot_test::DhcpReply reply{us, server_address, std::string(boot_file), {}};
    reply.options = {
        {1, std::string("\xff\xff\xff\0", 4)}, {6, std::string("\xc6\x12\0\x01", 4)}, {15, "lan"}};
    const bool is_discover = query->message_type() == wire::DhcpMessageType::discover;
    Octets packet = reply.packet(is_discover ? wire::DhcpMessageType::offer : wire::DhcpMessageType::ack,
                                 server_address, &query->header());
    const std::size_t size = packet.size();  // its last byte is the end mark, which gives way
    packet.resize(size + more.size(), 255);
    std::copy(more.begin(), more.end(), packet.begin() + static_cast<std::ptrdiff_t>(size - 1));
    packet.back() = 255;
    server.send_udp(67, base::Ipv4Address::broadcast(), 68, packet);
  });
}

void World::happen(fuzz::Reader& reader, Instant at) {
  const std::uint8_t kind = reader.number();
  const std::size_t size = reader.number() + (kind & 0x80 ? 256U * (reader.number() & 3U) : 0U);
  Octets bytes;
  const auto take = [&] {
    const base::Bytes piece = reader.piece(size);
    bytes.assign(piece.begin(), piece.end());
  };
  switch (kind % 8) {
    case 0:
      take();
      network.at(at, [this, bytes] { machine.card.injected.push_back(bytes); });
      break;
    case 1: {  // to whoever of us has spoken last, and with the number that it gave
      take();
      const std::size_t who = kind >> 3 & 1;
      const bool is_dhcp = kind & 16, knows_number = kind & 32;
      network.at(at, [this, bytes, who, is_dhcp, knows_number]() mutable {
        Card& card = machine.card;
        if (knows_number && bytes.size() >= 8)
          std::copy_n(card.last_payload.begin() + (is_dhcp ? 4 : 0), is_dhcp ? 4 : 2,
                      bytes.begin() + (is_dhcp ? 4 : 0));
        card.injected.push_back(fuzz::udp_frame(ends, is_dhcp ? 67 : card.udp_peers[who],
                                                is_dhcp ? 68 : card.udp_ports[who], bytes));
      });
      break;
    }
    case 2: {
      take();
      network.at(at, [this, bytes] {
        fuzz::Reader segment{bytes};
        machine.card.injected.push_back(fuzz::tcp_frame(ends, machine.card.segment, segment));
      });
      break;
    }
    case 3:  // in the middle of what the web server says
      take();
      network.at(at, [this, bytes, closes = (kind & 8) != 0, resets = (kind & 16) != 0] {
        if (server.streams().empty()) return;
        server.streams().back()->write(bytes);
        if (closes) server.streams().back()->close();
        if (resets) server.streams().back()->reset();
      });
      break;
    case 4:
    case 5: {
      const std::size_t where = reader.number() * (kind & 8 ? 6U : 1U);
      take();
      network.at(at, [this, bytes, where, kind] {
        machine.card.changes.push_back(
            {kind >> 4 & 7U, kind % 8 == 4 ? Change::Kind::mix : Change::Kind::cut, where, bytes});
      });
      break;
    }
    case 6:
      network.at(at, [this, size, kind] {
        for (std::size_t i = 0; i < size % 16; ++i)
          machine.card.changes.push_back({kind >> 4 & 7U, Change::Kind::drop, 0, {}});
      });
      break;
    default:
      take();
      network.at(at, [this, bytes, kind] {
        if (kind & 8) return server.be_silent((kind & 16) != 0);
        machine.press(base::as_text(bytes));
      });
      break;
  }
}

}  // namespace

FUZZ_TARGET(boot, 8) {
  fuzz::Reader reader{input};
  const std::uint8_t choice = reader.number();
  auto world = std::make_unique<World>();
  world->offer(scripts[choice % std::size(scripts)], boot_files[choice / 16 % std::size(boot_files)],
               reader.piece(reader.number()));
  Instant at = world->network.now();
  const Instant latest = at + Duration::seconds(60);
  while (!reader.rest.empty()) {
    const std::uint8_t delay = reader.number();
    const Instant next = at + Duration::microseconds((delay & 15) << (delay >> 4));
    if (next < latest) at = next;
    world->happen(reader, at);
  }
  world->machine.end = at + Duration::seconds(20);
  const HostPlatform::Ending ending = world->machine.run(firmware_main);
  fuzz::require(ending != HostPlatform::Ending::returned);
  fuzz::note(static_cast<std::uint64_t>(ending));
  fuzz::note(world->machine.printed());
}

// SPDX-License-Identifier: MPL-2.0
// Frames and turns of time into the whole stack, with one TCP connection and one UDP machine alive.
#include <memory>

#include "crafted_frames.h"
#include "net/loop.h"

namespace {

using base::Bytes;
using base::Ipv4Address;
using fuzz::Octets;

constexpr base::MacAddress our_mac{{0x52, 0x54, 0, 0, 0, 2}}, peer_mac{{0x52, 0x54, 0, 0, 0, 1}};
constexpr Ipv4Address us = Ipv4Address::of(198, 18, 0, 2), peer = Ipv4Address::of(198, 18, 0, 1);
constexpr fuzz::Ends ends{our_mac, peer_mac, us, peer};

/// Gives one frame to each poll and looks closely at every frame that leaves.
class Card final : public platform::Nic {
 public:
  base::MacAddress mac() const override { return our_mac; }
  std::size_t mtu() const override { return 1500; }
  std::string_view description() const override { return "fuzz"; }
  std::string_view driver() const override { return "fuzz"; }
  std::size_t receive_burst() const override { return 4; }
  bool transmit(Bytes frame) override {
    if (is_full) return false;
    const fuzz::SeenFrame seen(frame, our_mac, net::Interface::max_frame);
    if (seen.tcp) last = *seen.tcp;
    fuzz::note(frame);
    return true;
  }
  std::span<const Bytes> poll() override {
    view_ = next;
    const bool has_frame = !next.empty();
    current_.swap(next);
    next.clear();
    view_ = current_;
    return {&view_, has_frame ? std::size_t{1} : 0};
  }

  fuzz::SeenSegment last;  // of ours
  Octets next;
  bool is_full = false;

 private:
  Octets current_;
  Bytes view_;
};

class Machine final : public platform::Platform {
 public:
  base::Instant now() override { return time; }
  void pause() override { time = time + base::Duration::milliseconds(1); }
  std::optional<platform::Key> read_key() override { return std::nullopt; }
  void gather_entropy(base::EntropyPool&) override {}
  Card& nic() override { return card; }
  const platform::BootInfo& boot_info() const override { return boot_info_; }
  base::Console& console() override { return console_; }
  base::MemoryMap& memory() override { return memory_; }
  base::PhysicalRange download_region() const override { return {}; }
  base::MutBytes physical(base::PhysicalRange) override { return {}; }
  base::Status execute(const base::LoadPlan&) override { return base::Done{}; }
  [[noreturn]] void exit(bool) override { __builtin_trap(); }
  base::Status restart(bool) override { return base::Done{}; }

  base::Instant time = base::Instant::from_us(1'000'000);
  Card card;

 private:
  platform::BootInfo boot_info_;
  base::Console console_;
  base::MemoryMap memory_;
};

/// Answers every datagram with its first bytes.
struct Echo {
  void process(const net::UdpDatagram& datagram, base::Instant) {
    to = datagram.source;
    port = datagram.source_port;
    size = std::min<std::size_t>(datagram.payload.size(), 64);
  }
  std::optional<net::UdpOutgoing> transmit(base::MutBytes room, base::Instant) {
    if (port == 0) return std::nullopt;
    std::fill_n(room.begin(), size, std::uint8_t{0x55});
    return net::UdpOutgoing{{}, to, 68, std::exchange(port, std::uint16_t{0}), size};
  }
  base::Instant poll_at() const { return base::Instant::never(); }
  Ipv4Address to;
  std::uint16_t port = 0;
  std::size_t size = 0;
};

}  // namespace

FUZZ_TARGET(frame) {
  fuzz::Reader reader{input};
  auto machine = std::make_unique<Machine>();
  base::EntropyPool entropy;
  Octets ring(2 * 8192);
  auto loop = std::make_unique<net::Loop>(*machine, entropy, ring);
  Echo echo;
  net::UdpEndpoint endpoint(68, echo);
  fuzz::require(loop->attach(endpoint));
  net::TcpConnection* connection = nullptr;
  if (reader.number() % 2 == 0) {
    loop->interface().configure({us, Ipv4Address::of(255, 255, 255, 0), peer});
    auto connected = loop->connect(peer, 80);
    fuzz::require(connected.ok());
    connection = *connected;
    loop->step();  // asks for the peer's MAC
    machine->card.next.resize(60);
    wire::EthernetRepr{our_mac, peer_mac, wire::EtherType::arp}.emit(machine->card.next);
    wire::ArpRepr{wire::ArpRepr::Operation::reply, peer_mac, peer, our_mac, us}.emit(
        base::MutBytes(machine->card.next).subspan(fuzz::ip_at));
    loop->step();
  }
  while (!reader.rest.empty()) {
    const std::uint8_t what = reader.number();
    switch (what % 8) {
      case 0:
        machine->card.next = Octets(reader.rest.begin(), reader.rest.end());  // the rest is one frame
        reader.rest = {};
        break;
      case 1: {
        const Bytes frame = reader.piece(reader.number());
        machine->card.next = Octets(frame.begin(), frame.end());
        break;
      }
      case 2: {
        const Bytes payload = reader.piece(reader.number());
        machine->card.next = fuzz::ipv4_frame(ends, wire::IpProtocol{reader.number()}, payload);
        break;
      }
      case 3:
      case 4:
        machine->card.next = fuzz::tcp_frame(ends, machine->card.last, reader);
        break;
      case 5:
        machine->time = machine->time + base::Duration::milliseconds(1 << reader.number() % 16);
        break;
      case 6:
        machine->card.is_full = reader.number() % 2 == 0;
        break;
      default:
        if (connection == nullptr) break;
        fuzz::require(connection->readable().size() <= ring.size() / net::Loop::max_connections);
        connection->consume(connection->readable().size() * (what >> 5) / 7);
        if (what & 8) connection->send(Octets(reader.number() * std::size_t{9}, 0x42));
        if (what & 16) connection->close();
        break;
    }
    loop->step();
  }
  static_cast<void>(loop->poll_at());
  if (connection != nullptr) loop->release(*connection);
}

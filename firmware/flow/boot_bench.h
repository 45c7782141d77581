// SPDX-License-Identifier: MPL-2.0
// For tests of whole boots: a network with DHCP, TFTP and HTTP, and the firmware run over it as it runs on a
// PC.
#pragma once

#include <set>

#include "flow/autoboot.h"
#include "image/test_kernel.h"
#include "proto/fetch_bench.h"

void firmware_main(platform::Platform& platform);

namespace flow::boot_test {

using base::Ipv4Address;
using platform::host::HostPlatform;
using platform::host::SimulatedServer;
using Octets = std::vector<std::uint8_t>;
using Options = std::vector<std::pair<std::uint8_t, std::string>>;

inline Octets octets(std::string_view text) {
  return {text.begin(), text.end()};
}

/// A reply to `query`, or a packet of its own where there is none.
struct DhcpReply {
  Ipv4Address yiaddr, siaddr;
  std::string file;
  Options options;

  Octets packet(wire::DhcpMessageType type, Ipv4Address server,
                const wire::BootpHeader* query = nullptr) const {
    wire::BootpHeader header = query == nullptr ? wire::BootpHeader{} : *query;
    header.op = wire::bootp_op_reply;
    header.yiaddr = yiaddr.value;
    header.siaddr = siaddr.value;
    header.file.fill(0);
    std::copy(file.begin(), file.end(), header.file.begin());
    Octets packet(1472);
    wire::DhcpBuilder builder(packet, header);
    builder.add_u8(53, static_cast<std::uint8_t>(type));
    builder.add_u32(54, server.value);
    for (const auto& [code, value] : options) builder.add(code, base::as_bytes(value));
    packet.resize(builder.finish());
    return packet;
  }
};

struct BootBench {
  static constexpr Ipv4Address server_address = Ipv4Address::of(198, 18, 0, 1);
  static constexpr Ipv4Address proxy_address = Ipv4Address::of(198, 18, 0, 9);
  static constexpr Ipv4Address our_address = Ipv4Address::of(198, 18, 0, 77);

  explicit BootBench(const HostPlatform::Machine& machine = {})
      : platform(network, machine),
        server(network, {{0x52, 0x54, 0, 0xaa, 0, 1}}, server_address),
        proxy(network, {{0x52, 0x54, 0, 0xaa, 0, 9}}, proxy_address),
        http(server, 80),
        tftp(server) {
    dhcp.yiaddr = our_address;
    dhcp.siaddr = server_address;
    dhcp.options = {{1, std::string("\xff\xff\xff\0", 4)}, {3, std::string("\xc6\x12\0\x01", 4)}};
    server.serve_udp(67, [this](const SimulatedServer::Datagram& d) { answer(d, server, dhcp); });
  }
  void answer(const SimulatedServer::Datagram& datagram, SimulatedServer& from, const DhcpReply& reply) {
    const auto query = wire::DhcpPacket::parse(datagram.payload);
    if (!query) return;
    std::uint8_t scratch[255];
    if (const auto user_class = query->options().find(77, scratch))
      user_classes.insert(std::string(base::as_text(*user_class)));
    const auto wanted = query->options().find_ipv4(54);
    if (wanted && *wanted != from.address()) return;
    const bool is_discover = query->message_type() == wire::DhcpMessageType::discover;
    if (!is_discover && reply.yiaddr.is_any()) return;
    const Octets packet =
        reply.packet(is_discover ? wire::DhcpMessageType::offer : wire::DhcpMessageType::ack, from.address(),
                     &query->header());
    from.send_udp(67, Ipv4Address::broadcast(), 68, packet);
  }
  void serve(const std::string& path, std::string_view body) {
    http.pages[path] = {proto::fetch_test::HttpServer::document(body)};
  }
  void serve(const std::string& path, const Octets& body) { serve(path, base::as_text(body)); }
  /// DHCP names a script of this text.
  void boot_script(std::string_view text) {
    dhcp.file = "http://198.18.0.1/boot.gpxe";
    serve("/boot.gpxe", "#!gpxe\n" + std::string(text));
  }
  HostPlatform::Ending run() { return platform.run(firmware_main); }
  const std::string& printed() const { return platform.printed(); }
  Octets ram(std::uint64_t address, std::size_t size) {
    const base::Bytes bytes = platform.physical(base::PhysicalRange::of_size(address, size));
    return {bytes.begin(), bytes.end()};
  }

  platform::host::SimulatedNetwork network;
  platform::host::SimulatedPlatform platform;
  SimulatedServer server, proxy;
  proto::fetch_test::HttpServer http;
  proto::fetch_test::TftpServer tftp;
  DhcpReply dhcp;
  std::set<std::string> user_classes;
};

}  // namespace flow::boot_test

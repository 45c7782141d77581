// SPDX-License-Identifier: MPL-2.0
// What the tests of this folder share: a client with a loop and a server, on one simulated network.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "net/loop.h"
#include "platform/host/simulated_platform.h"
#include "platform/host/simulated_server.h"

namespace net {

struct Bench {
  static constexpr base::Ipv4Address client_address = base::Ipv4Address::of(198, 18, 0, 2);
  static constexpr base::Ipv4Address server_address = base::Ipv4Address::of(198, 18, 0, 1);
  static constexpr base::MacAddress server_mac{{0x52, 0x54, 0, 0xaa, 0, 1}};

  explicit Bench(std::uint64_t seed = 1, const platform::host::SimulatedNic::Card& card = {},
                 platform::host::LinkQuality to_us = {}, platform::host::LinkQuality from_us = {},
                 std::size_t buffer_size = 256 << 10)
      : network(seed),
        platform(network, {}, card, to_us, from_us),
        server(network, server_mac, server_address),
        tcp_buffer(buffer_size),
        loop(std::make_unique<Loop>(platform, entropy, tcp_buffer)) {
    loop->interface().configure({client_address, base::Ipv4Address::of(255, 255, 255, 0), {}});
  }

  base::Instant in(base::Duration time) { return network.now() + time; }
  /// Turns the loop for so long, whatever happens.
  void run(base::Duration time) {
    EXPECT_EQ(poll_until(
                  *loop, [] { return false; }, in(time)),
              Wait::timed_out);
  }
  template <class Condition>
  bool wait(Condition condition, base::Duration time = base::Duration::seconds(60)) {
    return poll_until(*loop, condition, in(time)) == Wait::done;
  }
  const InterfaceCounters& counters() { return loop->interface().counters(); }
  base::MacAddress mac() { return loop->interface().mac(); }

  platform::host::SimulatedNetwork network;
  platform::host::SimulatedPlatform platform;
  platform::host::SimulatedServer server;
  base::EntropyPool entropy;
  std::vector<std::uint8_t> tcp_buffer;
  std::unique_ptr<Loop> loop;
};

}  // namespace net

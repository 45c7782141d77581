// SPDX-License-Identifier: MPL-2.0
// The lab's own bad wire: carries frames between a machine's tap (by a packet socket) and a tap it makes itself, which
// stands on the bridge, and drops, duplicates, reorders, corrupts and delays them by a seed. Ends on SIGTERM or SIGINT
// with one line of counts per direction.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "impairment.h"

namespace wire {
namespace {

volatile std::sig_atomic_t stop_asked = 0;

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

int open_packet_socket(const std::string& interface) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  if (fd < 0) fail("packet socket");
  // What this program sends must not come back to it, and bursts must wait here rather than be lost unseeded.
  const int on = 1, buffer_bytes = 16 << 20;
  if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) fail("PACKET_IGNORE_OUTGOING");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof buffer_bytes);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  if (address.sll_ifindex == 0) fail("interface " + interface);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) fail("bind to " + interface);
  return fd;
}

int open_tap(const std::string& name) {
  const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail("/dev/net/tun");
  ifreq request{};
  if (name.size() >= sizeof request.ifr_name) throw std::invalid_argument("interface name " + name + " is too long");
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (ioctl(fd, TUNSETIFF, &request) < 0) fail("tap " + name);
  return fd;
}

std::uint64_t now_us() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

struct Direction {
  const char* name;
  int from, to;
  Impairment impairment;

  void receive() {
    std::array<std::uint8_t, 65536> buffer;
    // Bounded, so that one busy direction does not starve the other.
    for (int i = 0; i < 64; ++i) {
      const ssize_t len = read(from, buffer.data(), buffer.size());
      if (len <= 0) return;
      impairment.accept(std::span(buffer).first(static_cast<std::size_t>(len)), now_us());
    }
  }
  void deliver() {
    while (auto frame = impairment.take_due(now_us())) {
      // A full queue at the far end loses the frame, as a card would.
      if (write(to, frame->data(), frame->size()) < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EIO) {
        fail(std::string("send ") + name);
      }
    }
  }
  void print() const {
    const Counts& c = impairment.counts();
    std::printf("%s frames=%llu dropped=%llu duplicated=%llu reordered=%llu corrupted=%llu delivered=%llu\n", name,
                static_cast<unsigned long long>(c.frames), static_cast<unsigned long long>(c.dropped),
                static_cast<unsigned long long>(c.duplicated), static_cast<unsigned long long>(c.reordered),
                static_cast<unsigned long long>(c.corrupted), static_cast<unsigned long long>(c.delivered));
  }
};

void carry(Direction& up, Direction& down) {
  while (!stop_asked) {
    std::uint64_t wait_us = 200'000;
    const std::uint64_t now = now_us();
    for (const Direction* direction : {&up, &down}) {
      if (const auto due = direction->impairment.due_at()) {
        wait_us = std::min(wait_us, *due > now ? *due - now : 0);
      }
    }
    std::array<pollfd, 2> watched{{{up.from, POLLIN, 0}, {down.from, POLLIN, 0}}};
    const timespec timeout{0, static_cast<long>(wait_us * 1000)};
    if (ppoll(watched.data(), watched.size(), &timeout, nullptr) < 0 && errno != EINTR) fail("poll");
    for (Direction* direction : {&up, &down}) {
      direction->receive();
      direction->deliver();
    }
  }
}

struct Options {
  std::string machine, bridge_tap;
  std::uint64_t seed = 1;
  Faults up, down;
};

constexpr std::string_view usage =
    "usage: wire --machine TAP --bridge-tap NAME [--seed N] [FAULT=VALUE ...]\n"
    "FAULT is drop, duplicate, reorder, corrupt (0 to 1), delay_us, jitter_us or reorder_us;\n"
    "up.FAULT counts for frames from the machine only, down.FAULT for frames to it.\n";

template <class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument("not a number: " + std::string(text));
  }
  return value;
}

void set_fault(Faults& faults, std::string_view name, std::string_view value) {
  if (name == "drop") faults.drop = number<double>(value);
  else if (name == "duplicate") faults.duplicate = number<double>(value);
  else if (name == "reorder") faults.reorder = number<double>(value);
  else if (name == "corrupt") faults.corrupt = number<double>(value);
  else if (name == "delay_us") faults.delay_us = number<std::uint64_t>(value);
  else if (name == "jitter_us") faults.jitter_us = number<std::uint64_t>(value);
  else if (name == "reorder_us") faults.reorder_us = number<std::uint64_t>(value);
  else throw std::invalid_argument("no such fault: " + std::string(name));
}

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (const auto equals = word.find('='); equals != word.npos) {
      std::string_view name = word.substr(0, equals);
      const std::string_view value = word.substr(equals + 1);
      const bool only_up = name.starts_with("up."), only_down = name.starts_with("down.");
      if (only_up || only_down) name.remove_prefix(name.find('.') + 1);
      if (!only_down) set_fault(options.up, name, value);
      if (!only_up) set_fault(options.down, name, value);
    } else if (i + 1 < count && word == "--machine") {
      options.machine = words[++i];
    } else if (i + 1 < count && word == "--bridge-tap") {
      options.bridge_tap = words[++i];
    } else if (i + 1 < count && word == "--seed") {
      options.seed = number<std::uint64_t>(words[++i]);
    } else {
      throw std::invalid_argument("cannot read " + std::string(word));
    }
  }
  if (options.machine.empty() || options.bridge_tap.empty()) {
    throw std::invalid_argument("--machine and --bridge-tap are needed");
  }
  return options;
}

}  // namespace
}  // namespace wire

int main(int count, char** words) {
  using namespace wire;
  if (count == 2 && std::string_view(words[1]) == "--help") {
    std::fwrite(usage.data(), 1, usage.size(), stdout);
    return 0;
  }
  try {
    const Options options = parse(count, words);
    std::signal(SIGTERM, [](int) { stop_asked = 1; });
    std::signal(SIGINT, [](int) { stop_asked = 1; });
    const int machine = open_packet_socket(options.machine);
    const int bridge = open_tap(options.bridge_tap);
    Direction up{"up", machine, bridge, Impairment(options.up, options.seed * 2)};
    Direction down{"down", bridge, machine, Impairment(options.down, options.seed * 2 + 1)};
    std::puts("wire is up");
    std::fflush(stdout);
    carry(up, down);
    up.print();
    down.print();
    return 0;
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "wire: %s\n%s", error.what(), usage.data());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wire: %s\n", error.what());
    return 1;
  }
}

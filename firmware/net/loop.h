// SPDX-License-Identifier: MPL-2.0
// The one event loop: frames from the card to the machines, and what they have to say to the card.
#pragma once

#include "net/interface.h"
#include "net/tcp_connection.h"

namespace net {

/// About 40 KiB; belongs in static memory or an arena, not on a stack.
class Loop {
 public:
  static constexpr std::size_t max_endpoints = 8;
  static constexpr std::size_t max_connections = 2;
  static constexpr std::size_t max_keys = 64;  // a pasted line comes faster than it is shown

  /// `tcp_receive_buffer` is shared out evenly among the connections; 64 KiB at the least, 256 KiB for far
  /// servers.
  Loop(platform::Platform& platform, base::EntropyPool& entropy, base::MutBytes tcp_receive_buffer);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  base::Instant now() { return platform_.now(); }
  base::EntropyPool& entropy() { return entropy_; }
  Interface& interface() { return interface_; }
  platform::Platform& platform() { return platform_; }

  /// One turn: what has arrived is processed, what is to be said is handed to the card. Never waits.
  /// False when there was nothing at all to do.
  bool step();
  /// When a machine will want a turn though nothing arrives.
  base::Instant poll_at() const;

  /// False when the port is taken or the table is full.
  [[nodiscard]] bool attach(UdpEndpoint& endpoint);
  void detach(UdpEndpoint& endpoint);
  /// Random, and used by no endpoint and no connection.
  std::uint16_t ephemeral_port();

  /// Starts the handshake and does not wait for it. The pointer is good until release().
  base::Result<TcpConnection*> connect(base::Ipv4Address server, std::uint16_t port);
  /// A transfer stood still: perhaps somewhere on the way large packets vanish without a word [rfc2923 2.1].
  /// From now on servers are told to send smaller ones.
  void doubt_path() { most_segment_ = most_segment_ > narrow_segment ? narrow_segment : least_segment; }

  /// The caller is done with it. After close() the farewell goes on behind the scenes; otherwise the peer
  /// gets a reset.
  void release(TcpConnection& connection);

  /// Keys that came in passing, oldest first. Ctrl-C is none of them: it sets cancelled().
  std::optional<platform::Key> take_key();
  bool cancelled() const { return cancelled_by_ != 0; }
  /// The key that did it; 0: none.
  platform::Key cancelled_by() const { return cancelled_by_; }
  void clear_cancelled() { cancelled_by_ = 0; }
  /// From now on `key` cancels as well; 0: Ctrl-C alone.
  void set_second_cancel_key(platform::Key key) { second_cancel_key_ = key; }

 private:
  static constexpr std::size_t narrow_segment = 1240, least_segment = 536;

  struct Slot {
    TcpConnection connection;
    bool in_use = false;    // belongs to a caller
    base::Instant give_up;  // when a released one is cut off
  };

  void process_udp(const wire::Ipv4View& packet, base::Instant now);
  void process_tcp(const wire::Ipv4View& packet, base::Instant now);
  void process_icmp_error(const wire::Ipv4View& packet);
  void refuse(const wire::Ipv4View& packet, const wire::TcpView& segment, base::Instant now);
  void read_keys();
  bool transmit(base::Instant now);
  bool transmit_slot(Slot& slot, base::Instant now);
  bool is_port_used(std::uint16_t port) const;
  base::MutBytes ring_of(const Slot& slot) const;

  platform::Platform& platform_;
  base::EntropyPool& entropy_;
  Interface interface_;
  ReceiveWindow receive_window_;
  base::MutBytes tcp_receive_buffer_;
  base::SipKey sequence_key_;
  base::Instant next_gathering_;
  std::uint32_t batches_ = 0;
  std::size_t most_segment_ = Interface::max_frame;
  std::array<UdpEndpoint*, max_endpoints> endpoints_{};
  std::array<Slot, max_connections> slots_{};
  std::array<platform::Key, max_keys> keys_{};
  std::size_t key_count_ = 0;
  platform::Key cancelled_by_ = 0;
  platform::Key second_cancel_key_ = 0;
};

enum class Wait : std::uint8_t { done, timed_out, cancelled };

/// The one place where the firmware waits: turns the loop until `condition(context)` holds.
Wait poll_until(Loop& loop, bool (*condition)(void* context), void* context, base::Instant deadline);

/// The same over any callable.
template <class Condition>
Wait poll_until(Loop& loop, Condition condition, base::Instant deadline) {
  return poll_until(
      loop, [](void* context) -> bool { return (*static_cast<Condition*>(context))(); }, &condition,
      deadline);
}

}  // namespace net

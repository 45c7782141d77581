// SPDX-License-Identifier: MPL-2.0
// How many full segments a sender may have under way to us: what the card takes back to back, found by
// trying.
#pragma once

#include <cstdint>

namespace net {

/// One per card: what one connection learnt, the next one starts from.
/// Some cards drop from the sixth back-to-back frame, others take hundreds [lab: UNDI burst tolerance].
class ReceiveWindow {
 public:
  /// `burst`: frames the card is known to take back to back. Fewer than four is all that it may ever be given.
  explicit ReceiveWindow(std::size_t burst)
      : floor_(burst < 2 ? 2 : static_cast<std::uint32_t>(burst)), limit_(burst < 4 ? floor_ : max_segments) {}

  std::uint32_t segments() const { return segments_; }
  /// `count` segments came in their order. Until the first loss each makes the window one larger (it doubles
  /// in a round trip), afterwards only many together do.
  void delivered(std::uint32_t count);
  /// A hole that was no mere disorder: half the window, and more patience before it grows again.
  void lost();

 private:
  static constexpr std::uint32_t max_segments = 1024;
  static constexpr std::uint32_t first_patience = 32;
  static constexpr std::uint32_t max_patience = 1024;

  std::uint32_t floor_, limit_;
  std::uint32_t segments_ = floor_;
  std::uint32_t patience_ = 1;  // segments to be delivered before the window grows by one
  std::uint32_t credit_ = 0;
};

}  // namespace net

// SPDX-License-Identifier: MPL-2.0
// The firmware's machine as a Linux process: a TAP device for a card, the real clock, standard input for a
// keyboard.
#pragma once

#include "platform/host/host_platform.h"

namespace platform::host {

class TapNic final : public Nic {
 public:
  static constexpr std::size_t frames_per_poll = 32;
  static constexpr std::size_t max_frame = 1514;

  /// Opens or makes the TAP device `name`; the error says what to try.
  static base::Result<int> open(const std::string& name);
  /// Takes over the descriptor.
  TapNic(int descriptor, base::MacAddress mac) : descriptor_(descriptor), mac_(mac) {}
  ~TapNic();
  TapNic(const TapNic&) = delete;
  TapNic& operator=(const TapNic&) = delete;

  base::MacAddress mac() const override { return mac_; }
  std::size_t mtu() const override { return 1500; }
  std::string_view description() const override { return "TAP"; }
  std::string_view driver() const override { return "tap"; }
  bool transmit(base::Bytes frame) override;
  std::span<const base::Bytes> poll() override;
  std::size_t receive_burst() const override { return 64; }

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  base::MacAddress mac_;
  std::array<std::array<std::uint8_t, 2048>, frames_per_poll> buffers_;
  std::array<base::Bytes, frames_per_poll> frames_;
};

class TapPlatform final : public HostPlatform {
 public:
  TapPlatform(int descriptor, base::MacAddress mac, const Machine& machine);

  base::Instant now() override;
  void pause() override;
  void gather_entropy(base::EntropyPool& pool) override;
  TapNic& nic() override { return nic_; }
  std::optional<Key> read_key() override;

 private:
  TapNic nic_;
  std::int64_t started_us_;
  bool input_ended_ = false;
};

}  // namespace platform::host

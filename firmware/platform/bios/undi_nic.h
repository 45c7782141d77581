// SPDX-License-Identifier: MPL-2.0
// The network card, driven through the PXE ROM's UNDI in batches of frames, polled.
#pragma once

#include "platform/bios/chance.h"
#include "platform/bios/pxe_stack.h"
#include "platform/bios/real_mode.h"
#include "platform/bios/timer.h"
#include "platform/platform.h"

namespace bios {

class UndiNic final : public platform::Nic {
 public:
  UndiNic(Timer& timer, Chance& chance) : timer_(timer), chance_(chance) {}

  /// Asks the ROM about itself and masks the card's interrupt. UNDI is left as it is: open.
  base::Status attach(const PxeStack& stack);
  std::optional<platform::BootInfo::PciId> pci_id() const { return pci_; }
  /// One of the ROM's packets [pxe 3.3.1]: 1 DISCOVER, 2 ACK, 3 ProxyDHCP ACK. Empty when it has none.
  base::Bytes read_cached_packet(std::uint16_t type, base::MutBytes into);

  /// Before an operating system: the card stops, and the ROM lets go of its interrupts and memory.
  void shut_down_for_good();
  /// Before another network boot program, or going back to the ROM: the card is quiet, its interrupt as we found it.
  void hand_on();

  base::MacAddress mac() const override { return mac_; }
  std::size_t mtu() const override { return mtu_; }
  std::string_view description() const override { return was_reopened_ ? "UNDI (reopened)" : "UNDI (open)"; }
  std::string_view driver() const override { return "undionly"; }
  bool transmit(base::Bytes frame) override;
  std::span<const base::Bytes> poll() override;
  std::size_t receive_burst() const override;

 private:
  void mask_interrupt();
  void finish_receiving();
  void give_receiving_back();
  void watch_silence();
  void reopen();
  bool open();

  Timer& timer_;
  Chance& chance_;
  base::MacAddress mac_;
  std::uint16_t mtu_ = 1500;
  std::uint8_t interrupt_ = 0;           // 0: none that we touch
  bool interrupt_was_masked_ = false;
  std::optional<platform::BootInfo::PciId> pci_;

  std::array<base::Bytes, rx_slot_count> frames_{};
  std::uint16_t queued_ = 0;             // frames in the low block's transmit buffer
  std::uint32_t queued_bytes_ = 0;

  bool has_heard_ = false;               // any frame since the card was last opened
  bool was_reopened_ = false;
  std::uint8_t reopenings_ = 0;
  std::uint8_t failures_in_a_row_ = 0;
  base::Instant waiting_since_ = base::Instant::never();  // the first frame sent without hearing one
};

}  // namespace bios

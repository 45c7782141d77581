// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/undi_nic.h"

namespace bios {
namespace {

constexpr std::size_t ethernet_header_size = 14;
constexpr std::size_t least_frame_size = 60;

void mask_bit(std::uint8_t interrupt, bool masked) {
  const std::uint16_t port = interrupt < 8 ? 0x21 : 0xa1;
  const auto bit = static_cast<std::uint8_t>(1U << (interrupt & 7));
  const std::uint8_t mask = in8(port);
  out8(port, static_cast<std::uint8_t>(masked ? mask | bit : mask & ~bit));
}

bool is_masked(std::uint8_t interrupt) {
  return (in8(interrupt < 8 ? 0x21 : 0xa1) >> (interrupt & 7) & 1) != 0;
}

}  // namespace

base::Status UndiNic::attach(const PxeStack& stack) {
  if (stack.found_by.empty()) {
    return base::Error(base::ErrorCode::not_found,
                       "no PXE ROM was found: neither !PXE nor PXENV+ is where the standard says; start this program "
                       "from a network card's PXE ROM");
  }
  low->pxe_entry = stack.entry;

  pxe::GetInformation information{};
  if (!pxe_call(pxe::Opcode::undi_get_information, information)) {
    return base::Error(base::ErrorCode::refused,
                       "the PXE ROM does not tell about its network card (UNDI_GET_INFORMATION, status {}): its driver "
                       "may have been unloaded; start this program straight from the ROM",
                       base::Hex{information.status, 4});
  }
  std::memcpy(mac_.octets.data(), information.current_address, mac_.octets.size());
  if (information.mtu >= 576 && information.mtu < 1500) mtu_ = information.mtu;
  if (information.interrupt >= 1 && information.interrupt <= 15) {
    interrupt_ = static_cast<std::uint8_t>(information.interrupt);
  }

  pxe::GetNicType nic{};
  nic.type = 0xff;
  // Deviation: some ROMs leave the type byte as it was (Intel X710 in a Dell R6515); nearly every card is on PCI.
  if (pxe_call(pxe::Opcode::undi_get_nic_type, nic) && (nic.type == pxe::GetNicType::pci || nic.type == 0xff)) {
    pci_ = platform::BootInfo::PciId{nic.vendor, nic.device};
  }
  mask_interrupt();
  return base::Done{};
}

// We poll. A card that interrupts meanwhile would run the ROM's handler, or nobody's.
void UndiNic::mask_interrupt() {
  if (interrupt_ == 0) return;
  interrupt_was_masked_ = is_masked(interrupt_);
  mask_bit(interrupt_, true);
}

/// The ROM must not be left in the middle of a GET_NEXT loop.
void UndiNic::finish_receiving() {
  constexpr int tries = 4;
  low->tx_count = 0;
  for (int i = 0; i < tries && low->isr_continue != 0; ++i) {
    low->rx_calls = 2 * rx_slot_count;
    run_in_real_mode(low_header().exchange);
  }
}

// Deviation: iPXE's ROMs switch the card's interrupt on when a PROCESS or GET_NEXT loop ends, and off in START. It was
// off when we came; unmasked now and with nobody to serve it, it would come for ever.
void UndiNic::hand_on() {
  constexpr std::uint16_t isr_start = 1;
  finish_receiving();
  UndiIsr isr{};
  isr.function = isr_start;
  pxe_call(pxe::Opcode::undi_isr, isr);
  give_receiving_back();
  if (interrupt_ != 0 && !interrupt_was_masked_) mask_bit(interrupt_, false);
}

// Deviation: from the first UNDI_TRANSMIT on, gPXE's and iPXE's ROMs keep what they receive for UNDI_ISR, and their own
// UDP and TFTP calls, which PXELINUX lives on, hear nothing more. Only UNDI_CLOSE takes that back; it closes the card,
// too, and the ROM's own command opens it again as it was.
void UndiNic::give_receiving_back() {
  constexpr unsigned exec_bit = static_cast<unsigned>(pxe::Opcode::file_exec) & 0xf;
  static constexpr char command[] = "ifopen";
  pxe::FileApiCheck check{};
  check.size = sizeof check;
  check.magic = pxe::FileApiCheck::question;
  if (!pxe_call(pxe::Opcode::file_api_check, check) || check.magic != pxe::FileApiCheck::answer ||
      (check.calls >> exec_bit & 1) == 0) {
    return;
  }
  pxe::StatusOnly nothing{};
  pxe_call(pxe::Opcode::undi_close, nothing);
  std::memcpy(low->text, command, sizeof command);
  pxe::FileExec exec{};
  exec.command = low_far(low->text);
  pxe_call(pxe::Opcode::file_exec, exec);
}

base::Bytes UndiNic::read_cached_packet(std::uint16_t type, base::MutBytes into) {
  std::uint8_t* const buffer = memory_at<std::uint8_t>(low_base() + low_rx_begin);
  std::memset(buffer, 0, pxe::cached_packet_size);
  pxe::GetCachedInfo request{};
  request.packet_type = type;
  request.buffer_size = pxe::cached_packet_size;
  request.buffer = low_far(buffer);
  if (!pxe_call(pxe::Opcode::get_cached_info, request)) return {};
  std::size_t size = request.buffer_size < pxe::cached_packet_size ? request.buffer_size : pxe::cached_packet_size;
  if (size > into.size()) size = into.size();
  std::memcpy(into.data(), buffer, size);
  return into.first(size);
}

bool UndiNic::transmit(base::Bytes frame) {
  constexpr std::uint32_t room = low_block_size - low_tx_begin;
  constexpr std::uint16_t ipv4 = 0x0800, arp = 0x0806;
  if (frame.size() < ethernet_header_size || frame.size() > ethernet_header_size + mtu_) return true;  // never sendable
  const std::size_t size = frame.size() < least_frame_size ? least_frame_size : frame.size();
  if (queued_ == tx_block_count || size > room - queued_bytes_) return false;

  std::uint8_t* const copy = memory_at<std::uint8_t>(low_base() + low_tx_begin + queued_bytes_);
  std::memcpy(copy, frame.data(), frame.size());
  std::memset(copy + frame.size(), 0, size - frame.size());

  // IP and ARP go without their Ethernet header, which the ROM makes: some ROMs put one before everything they are
  // given, even where [pxe 4.3.9] says the frame is complete (P_UNKNOWN). Whatever else goes complete.
  enum : std::uint8_t { unknown = 0, ip = 1, address_resolution = 2 };
  const std::uint16_t type = base::load_be16(copy + 12);
  TransmitBlock& block = low->tx[queued_];
  block = {};
  block.protocol = type == ipv4 ? ip : type == arp ? address_resolution : unknown;
  const std::size_t header = block.protocol == unknown ? 0 : ethernet_header_size;
  std::memcpy(block.destination_address, copy, sizeof block.destination_address);
  block.broadcast = std::memcmp(copy, base::MacAddress::broadcast().octets.data(), 6) == 0 ? 1 : 0;
  block.destination = low_far(block.destination_address);
  block.descriptor = low_far(&block.buffer);
  block.buffer.immediate_length = static_cast<std::uint16_t>(size - header);
  block.buffer.immediate = low_far(copy + header);

  ++queued_;
  queued_bytes_ += static_cast<std::uint32_t>((size + 3) & ~std::size_t{3});
  return true;
}

std::span<const base::Bytes> UndiNic::poll() {
  // Enough for every slot and as many reports of sent frames; a ROM that goes on for ever is left for the next turn.
  constexpr std::uint16_t isr_calls = 2 * rx_slot_count;
  const std::uint16_t sent = queued_;
  low->tx_count = sent;
  low->rx_calls = isr_calls;
  queued_ = 0;
  queued_bytes_ = 0;
  run_in_real_mode(low_header().exchange);

  const std::size_t received = low->rx_count < rx_slot_count ? low->rx_count : rx_slot_count;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < received; ++i) {
    const FrameSlot slot = low->rx[i];
    if (slot.length < ethernet_header_size) continue;
    frames_[kept++] = {memory_at<const std::uint8_t>(low_base() + slot.offset), slot.length};
  }
  if (received != 0) chance_.event();

  if (sent != 0 && low->tx_failed == sent) {
    ++failures_in_a_row_;
  } else if (sent != 0) {
    failures_in_a_row_ = 0;
  }
  if (kept != 0) {
    has_heard_ = true;
  } else if (!has_heard_) {
    if (sent != 0 && waiting_since_ == base::Instant::never()) waiting_since_ = timer_.now();
    watch_silence();
  }
  constexpr std::uint8_t many_failures = 4;
  if (failures_in_a_row_ >= many_failures) reopen();
  return std::span(frames_).first(kept);
}

/// UNDI as the ROM left it works nearly always. When it does not, only silence tells.
void UndiNic::watch_silence() {
  constexpr auto patience = base::Duration::seconds(3);
  if (waiting_since_ == base::Instant::never()) return;
  if (timer_.now() - waiting_since_ < patience * (1 << reopenings_)) return;
  reopen();
}

void UndiNic::reopen() {
  constexpr std::uint8_t most_reopenings = 3;
  waiting_since_ = base::Instant::never();
  failures_in_a_row_ = 0;
  if (reopenings_ == most_reopenings) {
    has_heard_ = true;  // it is not for want of opening: leave it alone
    return;
  }
  ++reopenings_;
  was_reopened_ = true;
  low->isr_continue = 0;
  // Every second time also acknowledge the interrupt before asking for frames: some stacks see none without.
  low->isr_start = reopenings_ & 1;
  open();
}

bool UndiNic::open() {
  constexpr int tries = 10;  // Deviation: Realtek r8169 ROMs fail the media test right after a reset
  constexpr auto between_tries = base::Duration::milliseconds(200);
  pxe::StatusOnly nothing{};
  pxe_call(pxe::Opcode::undi_shutdown, nothing);
  nothing = {};
  pxe_call(pxe::Opcode::undi_startup, nothing);
  for (int i = 0;; ++i) {
    pxe::Initialize initialize{};
    if (pxe_call(pxe::Opcode::undi_initialize, initialize)) break;
    if (i == tries) return false;
    for (const base::Instant end = timer_.now() + between_tries; timer_.now() < end;) {
    }
  }
  pxe::SetStationAddress station{};  // needed by some ROMs, refused by others
  std::memcpy(station.address, mac_.octets.data(), mac_.octets.size());
  pxe_call(pxe::Opcode::undi_set_station_address, station);
  pxe::Open request{};
  request.packet_filter = pxe::Open::filter_directed | pxe::Open::filter_broadcast;
  return pxe_call(pxe::Opcode::undi_open, request);
}

void UndiNic::shut_down_for_good() {
  finish_receiving();
  pxe::StatusOnly nothing{};
  pxe_call(pxe::Opcode::undi_close, nothing);
  pxe_call(pxe::Opcode::undi_shutdown, nothing = {});
  pxe_call(pxe::Opcode::undi_cleanup, nothing = {});
  pxe::UnloadStack unload{};
  pxe_call(pxe::Opcode::unload_stack, unload);
  pxe_call(pxe::Opcode::stop_undi, nothing = {});
}

/// Full-sized frames back to back without loss, measured where QEMU has the card; small where nobody measured.
std::size_t UndiNic::receive_burst() const {
  struct Known {
    std::uint16_t vendor, device;
    std::uint16_t burst;
  };
  static constexpr Known known[] = {
      {0x8086, 0x100e, 64}, {0x8086, 0x10d3, 64},  // e1000, e1000e
      {0x1af4, 0x1000, 64}, {0x1af4, 0x1041, 64},  // virtio
      {0x10ec, 0x8139, 4},                         // an 8 KiB ring
      {0x15ad, 0x07b0, 6},                         // vmxnet3: eight descriptors
      // i8255x: iPXE's ROMs give it four buffers. Out of buffers, QEMU's card goes on at address 0 once it is resumed,
      // and there is the interrupt table: so never more than half of them.
      {0x8086, 0x1229, 2}, {0x8086, 0x1209, 2},
  };
  constexpr std::size_t cautious = 4;
  if (pci_) {
    for (const Known& card : known) {
      if (card.vendor == pci_->vendor && card.device == pci_->device) return card.burst;
    }
  }
  return cautious;
}

}  // namespace bios

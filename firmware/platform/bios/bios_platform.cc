// SPDX-License-Identifier: MPL-2.0
#include "platform/bios/bios_platform.h"

#include "base/debug.h"
#include "platform/bios/bios_memory.h"
#include "platform/bios/image_layout.h"
#include "platform/bios/panic.h"
#include "platform/bios/smbios.h"

void firmware_main(platform::Platform& platform);  // main.cc

namespace bios {
namespace {

constinit std::array<std::uint8_t, pxe::cached_packet_size> cached_packets[3]{};

constexpr std::uint32_t stack_mark = 0x6b617473;  // at the stack's far end; when it is gone, so is what lies below

base::PhysicalRange range(std::uint64_t begin, std::uint64_t end) { return {{begin}, {end}}; }

}  // namespace

BiosPlatform::BiosPlatform() {
  console_.add_sink({[](void* self, std::string_view text) {
                       auto& screen = static_cast<BiosPlatform*>(self)->screen_;
                       screen.write(text);
                       // What is looked for may be why nothing more would be shown.
                       if constexpr (base::debug::is_any) screen.flush();
                     },
                     this});
  *memory_at<std::uint32_t>(linear_of(main_stack_bottom)) = stack_mark;
  if constexpr (base::debug::is_any) {
    base::debug::begin(
        console_, [](void* self) { return static_cast<BiosPlatform*>(self)->now(); }, this);
  }
  claim_memory();
}

void BiosPlatform::claim_memory() {
  constexpr std::uint32_t stack_kept = 2048;
  tell_memory(memory_);
  // The vectors, the BIOS's data, what loaders keep below us; from the low block on it is ours, the ROM's, the BIOS's.
  memory_.claim(range(0, image_load_address));
  memory_.claim(range(low_base(), one_mib));
  memory_.claim(range(linear_of(image_begin), linear_of(memory_end)));
  // The ROM's stack, which we go back to, may lie in what is called free.
  const std::uint32_t stack = FarPointer{low->entry.sp, low->entry.ss}.linear();
  memory_.claim(range(stack > stack_kept ? stack - stack_kept : 0, stack + 256));
  download_region_ = memory_.largest(range(one_mib, four_gib));
  if constexpr (base::debug::memory.levels != 0) {
    for ([[maybe_unused]] const base::PhysicalRange& free : memory_.free_ranges()) {
      DEBUG_LINE(memory, log, "free: {} to {}", base::Hex{free.begin.value, 8}, base::Hex{free.end.value, 8});
    }
  }
  DEBUG_LINE(memory, log, "downloads: {} to {}", base::Hex{download_region_.begin.value, 8},
             base::Hex{download_region_.end.value, 8});
  memory_.claim(download_region_);
}

base::Status BiosPlatform::start() {
  info_.platform = "pcbios";
  info_.image_stamp = low->image_stamp;
  const SmbiosTable table = find_smbios({memory_at<const std::uint8_t>(0xf0000), 0x10000});
  if (table.length != 0 && table.address + table.length > table.address) {
    info_.smbios = {memory_at<const std::uint8_t>(table.address), table.length};
    info_.uuid = find_uuid(info_.smbios);
  }

  const PxeStack stack = find_pxe_stack();
  DEBUG_LINE(undi, log, "{} at {}:{}", stack.found_by, base::Hex{stack.entry.segment, 4}, base::Hex{stack.entry.offset, 4});
  base::Status attached = nic_.attach(stack);
  if (!attached) return attached;
  info_.pci = nic_.pci_id();
  info_.cached_discover = nic_.read_cached_packet(1, cached_packets[0]);
  info_.cached_ack = nic_.read_cached_packet(2, cached_packets[1]);
  info_.cached_proxy = nic_.read_cached_packet(3, cached_packets[2]);
  DEBUG_LINE(undi, log, "MAC {}, MTU {}; the ROM's DISCOVER has {} bytes, its ACK {}, its ProxyDHCP answer {}", nic_.mac(),
             nic_.mtu(), info_.cached_discover.size(), info_.cached_ack.size(), info_.cached_proxy.size());
  return base::Done{};
}

// There is no interrupt worth halting for: the card's is masked, and the tick is 55 ms away. On a hypervisor PAUSE
// lets others run.
void BiosPlatform::pause() {
  if (*memory_at<volatile std::uint32_t>(linear_of(main_stack_bottom)) != stack_mark) panic("the stack is exhausted");
  screen_.idle();
  for (int i = 0; i < 8; ++i) asm volatile("pause");
}

std::optional<platform::Key> BiosPlatform::read_key() {
  const base::Instant now = timer_.now();
  screen_.turn(now);
  const std::optional<platform::Key> key = keyboard_.read(now);
  if (key) chance_.event();
  return key;
}

void BiosPlatform::gather_entropy(base::EntropyPool& pool) {
  chance_.gather(pool);
  pool.mix(nic_.mac().octets);
  pool.mix(info_.uuid);
  // The xid that the ROM drew stands in its packets, and so does what servers answered.
  for (base::Bytes packet : {info_.cached_discover, info_.cached_ack, info_.cached_proxy}) pool.mix(packet);
}

base::MutBytes BiosPlatform::physical(base::PhysicalRange wanted) {
  if (wanted.end.value > four_gib || wanted.end < wanted.begin) return {};
  return {memory_at<std::uint8_t>(static_cast<std::uint32_t>(wanted.begin.value)), static_cast<std::size_t>(wanted.size())};
}

void BiosPlatform::exit(bool failed) {
  if (low->returns_to_loader == 0) start_next_device();
  console().write("This program goes back to what started it.\n");
  show_all();
  nic_.hand_on();
  give_back_base_memory();
  low->entry.eax = failed ? 1 : 0;  // [pxe 4.4.5] PXENV_EXIT_FAILURE, PXENV_EXIT_SUCCESS
  leave_to_loader();
}

}  // namespace bios

/// Where the image goes on once it is at home: on a stack of its own, with all variables zeroed.
extern "C" [[noreturn]] void bios_main() {
  alignas(bios::BiosPlatform) static std::uint8_t room[sizeof(bios::BiosPlatform)];
  bios::catch_exceptions();
  auto& platform = *new (room) bios::BiosPlatform;
  if (base::Status status = platform.start(); !status) {
    platform.console().report(status.error());
    platform.show_all();
    bios::give_back_base_memory();
    bios::low->entry.eax = 1;
    bios::leave_to_loader();
  }
  firmware_main(platform);
  platform.exit(false);
}

// SPDX-License-Identifier: MPL-2.0
// What the firmware asks of the machine it runs on. Each folder beside this file implements it once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/address.h"
#include "base/bytes.h"
#include "base/console.h"
#include "base/entropy.h"
#include "base/load_plan.h"
#include "base/memory_map.h"
#include "base/result.h"
#include "base/time.h"

namespace platform {

/// The one network card we were started over.
/// UEFI's Simple Network Protocol and the PXE ROM's UNDI both fit: whole Ethernet frames, polled.
class Nic {
 public:
  virtual base::MacAddress mac() const = 0;
  /// Largest IP packet, bytes; 1500 on Ethernet.
  virtual std::size_t mtu() const = 0;
  /// "net0"'s line in the banner: the driver and how it was found, such as "UNDI (open)".
  virtual std::string_view description() const = 0;
  /// One word that scripts compare, `${net0/chip}`: "undionly" as iPXE's, over a PXE ROM.
  virtual std::string_view driver() const = 0;

  /// Takes a whole Ethernet frame (header, no FCS; at least 14 bytes, padded by the platform to 60). The bytes are copied.
  /// False when the queue is full: poll() first.
  virtual bool transmit(base::Bytes frame) = 0;
  /// One turn: sends what is queued and fetches what has arrived. The frames stay valid until the next poll().
  virtual std::span<const base::Bytes> poll() = 0;
  /// How many full-sized frames the card is known to take back to back; TCP's receive window starts from it, and fewer
  /// than four also bound it.
  virtual std::size_t receive_burst() const = 0;

 protected:
  ~Nic() = default;
};

/// What the machine and whoever loaded us told about themselves. Empty spans where nothing was told.
struct BootInfo {
  std::string_view platform;           // "pcbios", "efi", "linux"
  std::uint16_t client_architecture = 0;  // [rfc4578 2.1], DHCP option 93
  std::uint8_t undi_major = 2;            // [rfc4578 2.2], DHCP option 94
  std::uint8_t undi_minor = 1;
  base::Bytes uuid;    // SMBIOS type 1 UUID, 16 raw bytes, or empty
  base::Bytes smbios;  // the SMBIOS structure table, or empty
  struct PciId {
    std::uint16_t vendor, device;
  };
  std::optional<PciId> pci;
  /// The ROM's packets as BOOTP payloads [pxe 2.1, 3.3.1]: hints only.
  base::Bytes cached_discover, cached_ack, cached_proxy;
  /// Identifies this very build of the image: it stands, as it is, in the file we were loaded from.
  base::Bytes image_stamp;
};

/// ASCII, and from 0x80 on the keys that have no character. 3 is Ctrl-C, 2 is Ctrl-B, 13 is Enter, 8 is Backspace.
using Key = std::uint8_t;
/// 0x80 plus the PC's scan code [INT 16h]; F5 to F10 follow f1.
enum : Key {
  key_f1 = 0xbb,
  key_home = 0xc7,
  key_up = 0xc8,
  key_page_up = 0xc9,
  key_left = 0xcb,
  key_right = 0xcd,
  key_end = 0xcf,
  key_down = 0xd0,
  key_page_down = 0xd1,
  key_delete = 0xd3,
};

class Platform {
 public:
  /// Monotonic since start.
  virtual base::Instant now() = 0;
  /// Called when nothing is to be done until the next poll: let others (the host, the hypervisor) run, at most 1 ms.
  virtual void pause() = 0;
  virtual std::optional<Key> read_key() = 0;
  /// Stirs whatever this machine has of chance into the pool; called at the start and now and then.
  virtual void gather_entropy(base::EntropyPool& pool) = 0;

  virtual Nic& nic() = 0;
  virtual const BootInfo& boot_info() const = 0;
  virtual base::Console& console() = 0;

  /// All RAM that is usable and not ours, the ROM's or the download region's.
  virtual base::MemoryMap& memory() = 0;
  /// The one region in which downloads grow; already claimed in memory().
  virtual base::PhysicalRange download_region() const = 0;
  /// Physical memory as bytes; the range must lie in download_region() or in memory's usable ranges.
  virtual base::MutBytes physical(base::PhysicalRange range) = 0;

  /// Hands the machine over. Only comes back with an error, or when a started program came back.
  virtual base::Status execute(const base::LoadPlan& plan) = 0;
  /// Gives the machine back to who started us, or to the next boot device. `failed` is what the exit status says.
  [[noreturn]] virtual void exit(bool failed) = 0;
  /// Starts the machine anew, or switches it off. Only comes back with an error.
  virtual base::Status restart(bool power_off) = 0;

 protected:
  ~Platform() = default;
};

}  // namespace platform

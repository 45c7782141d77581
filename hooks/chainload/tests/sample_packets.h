// SPDX-License-Identifier: MPL-2.0
// Queries as the programs we know send them, written by hand and built at compile time.
#pragma once

#include "core/facts/bytes.h"
#include "core/facts/dhcp.h"

namespace chainload::tests {

using core::Bytes;

/// A query under construction: header, cookie, then options in the order they are put.
class Query {
 public:
  constexpr explicit Query(std::array<std::uint8_t, 6> mac = {0x52, 0x54, 0x00, 0x77, 0x00, 0x01}) {
    octets_[core::header::op] = core::header::boot_request;
    octets_[core::header::htype] = 1;
    octets_[core::header::hlen] = 6;
    for (std::size_t i = 0; i < mac.size(); ++i) octets_[core::header::chaddr + i] = mac[i];
    octets_[236] = 0x63;
    octets_[237] = 0x82;
    octets_[238] = 0x53;
    octets_[239] = 0x63;
  }

  constexpr Query& octet(std::uint8_t value) {
    octets_[len_++] = value;
    return *this;
  }
  constexpr Query& put(std::uint8_t code, std::initializer_list<std::uint8_t> value) {
    octet(code).octet(static_cast<std::uint8_t>(value.size()));
    for (const std::uint8_t each : value) octet(each);
    return *this;
  }
  constexpr Query& put(std::uint8_t code, std::string_view text) {
    octet(code).octet(static_cast<std::uint8_t>(text.size()));
    for (const char letter : text) octet(static_cast<std::uint8_t>(letter));
    return *this;
  }
  constexpr Query& message(std::uint8_t type) { return put(core::option::message_type, {type}); }
  constexpr Query& arch(std::uint16_t number) {
    return put(core::option::client_architecture,
               {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
  }
  constexpr Query& uuid() {
    return put(core::option::client_uuid, {0, 0xcf, 0x2e, 0xd2, 0x6c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  }
  constexpr Query& end() { return octet(core::option::end); }
  constexpr Query& at(std::size_t offset, std::uint8_t value) {
    octets_[offset] = value;
    return *this;
  }

  constexpr Bytes payload() const { return Bytes(octets_).first(len_); }

 private:
  std::array<std::uint8_t, 1500> octets_{};
  std::size_t len_ = core::header::options;
};

inline constexpr std::array<std::uint8_t, 6> pi_mac = {0xb8, 0x27, 0xeb, 0x01, 0x02, 0x03};

/// gPXE 1.0.1, undionly.kpxe: the DISCOVER, option by option in its order.
constexpr Query gpxe_discover() {
  return Query()
      .message(1)
      .put(57, {0x05, 0xc0})
      .arch(0)
      .put(94, {1, 2, 1})
      .put(60, "PXEClient:Arch:00000:UNDI:002001")
      .put(77, "gPXE")
      .put(55, {1, 3, 6, 7, 12, 15, 17, 43, 60, 66, 67, 175, 203})
      .put(175, {0xb1, 5,    1, 0x80, 0x86, 0x10, 0x0e, 0x18, 1, 1,    0x23, 1, 1,    0x22, 1,
                 1,    0x19, 1, 1,    0x21, 1,    1,    0x10, 1, 2,    0x12, 1, 1,    0x13, 1,
                 1,    0x11, 1, 1,    0xeb, 3,    1,    0,    1, 0x17, 1,    1, 0x15, 1,    1})
      .put(61, {1, 0x52, 0x54, 0, 0x77, 0, 1})
      .uuid()
      .end();
}

/// The iPXE ROM of a virtual network card.
constexpr Query ipxe_rom_discover() {
  return Query()
      .message(1)
      .put(57, {0x05, 0xc0})
      .arch(0)
      .put(94, {1, 2, 1})
      .put(60, "PXEClient:Arch:00000:UNDI:002001")
      .put(77, "iPXE")
      .put(55, {1,   3,   6,   7,   12,  15,  17,  26,  43,  60,  66, 67,
                119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203})
      .put(175, {0xb1, 5, 1, 0x80, 0x86, 0x10, 0x0e, 0xeb, 3, 1, 0, 0, 0x13, 1, 1, 0x18, 1, 1})
      .put(61, {1, 0x52, 0x54, 0, 0x77, 0, 1})
      .uuid()
      .end();
}

/// An Intel PXE ROM.
constexpr Query old_rom_discover() {
  return Query()
      .message(1)
      .put(55, {1,  2,  3,  5,  6,   11,  12,  13,  15,  16,  17,  18,
                43, 54, 60, 67, 128, 129, 130, 131, 132, 133, 134, 135})
      .put(57, {0x04, 0xec})
      .uuid()
      .arch(0)
      .put(94, {1, 2, 1})
      .put(60, "PXEClient:Arch:00000:UNDI:002001")
      .end();
}

/// EDK2's PXE base code on x86-64; its REQUEST claims a maximum message size of 0xff00.
constexpr Query edk2_pxe_request() {
  return Query()
      .message(3)
      .put(57, {0xff, 0x00})
      .put(55, {1,  2,  3,  4,  5,  6,  12, 13, 15, 17, 18, 22, 23, 28,
                40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97})
      .uuid()
      .put(94, {1, 3, 0})
      .arch(7)
      .put(60, "PXEClient:Arch:00007:UNDI:003000")
      .end();
}

/// EDK2's HTTP boot on x86-64.
constexpr Query edk2_http_discover() {
  return Query()
      .message(1)
      .put(57, {0x05, 0xdc})
      .put(55, {1, 3, 6, 15, 28, 43, 54, 60, 66, 67, 97})
      .uuid()
      .put(94, {1, 3, 0})
      .arch(16)
      .put(60, "HTTPClient:Arch:00016:UNDI:003000")
      .end();
}

/// U-Boot on arm64, first of its two clients: no PXEClient, but an architecture. It writes the name it wants
/// in `file`.
constexpr Query uboot_discover() {
  return Query().message(1).put(60, "U-Boot.armv8").arch(0x16).put(55, {1, 3, 6, 12, 17}).at(108, 'b').end();
}

/// U-Boot on 64-bit RISC-V prints its architecture in hexadecimal and sends no option 93.
constexpr Query uboot_riscv_discover() {
  return Query().message(1).put(60, "PXEClient:Arch:0001b:UNDI:003000").put(55, {1, 3, 66, 67}).end();
}

/// GRUB's net_bootp: nothing that tells it from an operating system.
constexpr Query grub_discover() {
  return Query().message(1).put(55, {1, 3, 6, 12, 15}).end();
}

constexpr Query dhclient_discover() {
  return Query().message(1).put(12, "host").put(55, {1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42}).end();
}

constexpr Query windows_discover() {
  return Query()
      .message(1)
      .put(60, "MSFT 5.0")
      .put(55, {1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121})
      .end();
}

/// A switch with a raw user class whose first octet is larger than the rest.
constexpr Query switch_discover() {
  return Query().message(1).put(77, "exr-config").put(55, {1, 3, 67}).end();
}

/// A Raspberry Pi's own ROM claims to be an x86 BIOS.
constexpr Query raspberry_pi_discover() {
  return Query(pi_mac)
      .message(1)
      .put(55, {1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134, 135})
      .arch(0)
      .put(94, {1, 2, 1})
      .put(60, "PXEClient:Arch:00000:UNDI:002001")
      .uuid()
      .end();
}

struct Sample {
  const char* name;
  Query query;
  bool boot_client;
  /// The rule that answers with the defaults of the short form.
  std::string_view rule;
  /// The rule that answers when only gPXE gets the script.
  std::string_view rule_when_only_gpxe;
};

inline constexpr std::array samples = {
    Sample{"gpxe", gpxe_discover(), true, "built-in/script", "built-in/script"},
    Sample{"ipxe_rom", ipxe_rom_discover(), true, "built-in/script", "built-in/x86-bios"},
    Sample{"old_rom", old_rom_discover(), true, "built-in/x86-bios", "built-in/x86-bios"},
    Sample{"edk2_pxe", edk2_pxe_request(), true, "built-in/x64-uefi", "built-in/x64-uefi"},
    Sample{"edk2_http", edk2_http_discover(), true, "built-in/x64-uefi-http", "built-in/x64-uefi-http"},
    Sample{"uboot", uboot_discover(), true, "built-in/no-firmware", "built-in/no-firmware"},
    Sample{"uboot_riscv", uboot_riscv_discover(), true, "built-in/no-firmware", "built-in/no-firmware"},
    Sample{"grub", grub_discover(), false, "built-in/not-a-boot-client", "built-in/not-a-boot-client"},
    Sample{"dhclient", dhclient_discover(), false, "built-in/not-a-boot-client",
           "built-in/not-a-boot-client"},
    Sample{"windows", windows_discover(), false, "built-in/not-a-boot-client", "built-in/not-a-boot-client"},
    Sample{"switch", switch_discover(), false, "built-in/not-a-boot-client", "built-in/not-a-boot-client"},
    Sample{"raspberry_pi", raspberry_pi_discover(), true, "built-in/raspberry-pi", "built-in/raspberry-pi"},
};

}  // namespace chainload::tests

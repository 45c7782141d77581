// SPDX-License-Identifier: MPL-2.0
// The PXE API's structures and numbers [pxe 2.1, appendix A], as they lie in memory. All below 1 MiB, all packed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/bios/far_pointer.h"

namespace bios::pxe {

enum class Opcode : std::uint16_t {
  undi_startup = 0x01,
  undi_cleanup = 0x02,
  undi_initialize = 0x03,
  undi_shutdown = 0x05,
  undi_open = 0x06,
  undi_close = 0x07,
  undi_transmit = 0x08,
  undi_set_station_address = 0x0a,
  undi_get_information = 0x0c,
  undi_get_nic_type = 0x12,
  undi_get_iface_info = 0x13,
  undi_isr = 0x14,
  stop_undi = 0x15,  // never to be used as a probe: UNDI_GET_STATE has the same number
  unload_stack = 0x70,
  get_cached_info = 0x71,
  file_exec = 0xe5,       // gPXE's extensions; iPXE has them too
  file_api_check = 0xe6,
};

struct [[gnu::packed]] SegmentDescriptor {
  std::uint16_t segment;
  std::uint32_t physical;
  std::uint16_t size;
};
static_assert(sizeof(SegmentDescriptor) == 8);

/// "!PXE" [pxe 2.1.2].
struct [[gnu::packed]] BangPxe {
  std::uint8_t signature[4];
  std::uint8_t length;
  std::uint8_t checksum;
  std::uint8_t revision;
  std::uint8_t reserved0;
  FarPointer undi_rom_id, base_rom_id;
  FarPointer entry;
  FarPointer protected_entry;
  FarPointer status_callout;
  std::uint8_t reserved1;
  std::uint8_t descriptor_count;
  std::uint16_t first_selector;
  SegmentDescriptor stack, undi_data, undi_code, undi_code_write, base_data, base_code, base_code_write;
};
static_assert(sizeof(BangPxe) == 0x58 && offsetof(BangPxe, length) == 4 && offsetof(BangPxe, undi_rom_id) == 8);
static_assert(offsetof(BangPxe, entry) == 0x10 && offsetof(BangPxe, status_callout) == 0x18);
static_assert(offsetof(BangPxe, first_selector) == 0x1e && offsetof(BangPxe, stack) == 0x20);
static_assert(offsetof(BangPxe, undi_data) == 0x28 && offsetof(BangPxe, undi_code) == 0x30);
static_assert(offsetof(BangPxe, base_data) == 0x40 && offsetof(BangPxe, base_code) == 0x48);

/// "PXENV+" [pxe 2.1.1]. Structures before API 2.1 end before `bang_pxe`.
struct [[gnu::packed]] PxenvPlus {
  std::uint8_t signature[6];
  std::uint16_t version;
  std::uint8_t length;
  std::uint8_t checksum;
  FarPointer entry;
  std::uint32_t protected_offset;
  std::uint16_t protected_selector;
  std::uint16_t stack_segment, stack_size;
  std::uint16_t base_code_segment, base_code_size, base_data_segment, base_data_size;
  std::uint16_t undi_data_segment, undi_data_size, undi_code_segment, undi_code_size;
  FarPointer bang_pxe;
};
static_assert(sizeof(PxenvPlus) == 0x2c && offsetof(PxenvPlus, version) == 6 && offsetof(PxenvPlus, length) == 8);
static_assert(offsetof(PxenvPlus, entry) == 0x0a && offsetof(PxenvPlus, stack_segment) == 0x14);
static_assert(offsetof(PxenvPlus, undi_data_segment) == 0x20 && offsetof(PxenvPlus, bang_pxe) == 0x28);

struct [[gnu::packed]] Initialize {
  std::uint16_t status;
  std::uint32_t protocol_ini;
  std::uint8_t reserved[8];
};
static_assert(sizeof(Initialize) == 14);

struct [[gnu::packed]] Open {
  static constexpr std::uint16_t filter_directed = 1, filter_broadcast = 2;
  std::uint16_t status;
  std::uint16_t open_flag;
  std::uint16_t packet_filter;
  std::uint16_t multicast_count;
  std::uint8_t multicast[8][16];
};
static_assert(sizeof(Open) == 136 && offsetof(Open, packet_filter) == 4);

struct [[gnu::packed]] SetStationAddress {
  std::uint16_t status;
  std::uint8_t address[16];
};
static_assert(sizeof(SetStationAddress) == 18);

struct [[gnu::packed]] GetInformation {
  std::uint16_t status;
  std::uint16_t base_io, interrupt, mtu, hardware_type, hardware_address_length;
  std::uint8_t current_address[16], permanent_address[16];
  std::uint16_t rom_address, rx_buffers, tx_buffers;
};
static_assert(sizeof(GetInformation) == 50 && offsetof(GetInformation, interrupt) == 4);
static_assert(offsetof(GetInformation, current_address) == 12 && offsetof(GetInformation, rom_address) == 44);

struct [[gnu::packed]] GetNicType {
  static constexpr std::uint8_t pci = 2;
  std::uint16_t status;
  std::uint8_t type;
  std::uint16_t vendor, device;
  std::uint8_t base_class, sub_class, interface, revision;
  std::uint16_t bus_dev_func, sub_vendor, sub_device;
};
static_assert(sizeof(GetNicType) == 17 && offsetof(GetNicType, vendor) == 3 && offsetof(GetNicType, bus_dev_func) == 11);

struct [[gnu::packed]] GetIfaceInfo {
  std::uint16_t status;
  std::uint8_t type[16];
  std::uint32_t link_speed, service_flags, reserved[4];
};
static_assert(sizeof(GetIfaceInfo) == 42 && offsetof(GetIfaceInfo, service_flags) == 22);

struct [[gnu::packed]] GetCachedInfo {
  std::uint16_t status;
  std::uint16_t packet_type;  // 1 our DISCOVER, 2 the ACK, 3 the ProxyDHCP or boot server's answer
  std::uint16_t buffer_size;
  FarPointer buffer;
  std::uint16_t buffer_limit;
};
static_assert(sizeof(GetCachedInfo) == 12 && offsetof(GetCachedInfo, buffer) == 6);

/// sizeof(BOOTPLAYER): what a buffer for GET_CACHED_INFO must be, exactly.
inline constexpr std::uint16_t cached_packet_size = 1260;

struct [[gnu::packed]] UnloadStack {
  std::uint16_t status;
  std::uint8_t reserved[10];
};
static_assert(sizeof(UnloadStack) == 12);

struct [[gnu::packed]] FileExec {
  std::uint16_t status;
  FarPointer command;  // NUL-terminated
};
static_assert(sizeof(FileExec) == 6 && offsetof(FileExec, command) == 2);

struct [[gnu::packed]] FileApiCheck {
  static constexpr std::uint32_t question = 0x91d447b2, answer = 0xe9c17b20;
  std::uint16_t status;
  std::uint16_t size;
  std::uint32_t magic, provider;
  std::uint32_t calls;  // bit n: opcode e0h + n is there
  std::uint32_t flags;
};
static_assert(sizeof(FileApiCheck) == 20 && offsetof(FileApiCheck, magic) == 4 && offsetof(FileApiCheck, calls) == 12);

/// For the calls that take nothing but their status.
struct StatusOnly {
  std::uint16_t status;
};

}  // namespace bios::pxe

// SPDX-License-Identifier: MPL-2.0
// chainload-host: the firmware as a Linux process on a TAP device. It ends where a PC would start something
// else, and says what that is.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "platform/host/tap_platform.h"

void firmware_main(platform::Platform& platform);

namespace {

using platform::host::HostPlatform;
using platform::host::TapPlatform;

constexpr int status_linux = 0, status_usage = 2, status_nbp = 10, status_exited = 20, status_failed = 21,
              status_returned = 22;

constexpr const char* usage =
    "usage: chainload-host --tap NAME [--mac XX:XX:XX:XX:XX:XX] [--uuid UUID] [--ram MIB]\n"
    "Boots as undionly.kpxe would, over the TAP device NAME, and prints what it would have started.\n"
    "exit status: 0 a Linux kernel was started, 10 a network boot program, 20 the firmware gave the machine "
    "back,\n"
    "             21 it gave it back after a failure, 2 wrong arguments or no TAP device\n";

/// The hexadecimal octets of `text`, with `separator` anywhere between them; false unless they fill `octets`.
bool parse_octets(std::string_view text, char separator, std::span<std::uint8_t> octets) {
  for (std::uint8_t& octet : octets) {
    while (!text.empty() && text.front() == separator) text.remove_prefix(1);
    std::uint64_t value = 0;
    if (!base::parse_number(text.substr(0, 2), 16, value)) return false;
    octet = static_cast<std::uint8_t>(value);
    text.remove_prefix(text.size() < 2 ? text.size() : 2);
  }
  return text.empty();
}

std::uint32_t crc32(base::Bytes bytes) {
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xedb88320U & (0 - (crc & 1)));
  }
  return ~crc;
}

int report(HostPlatform& platform, HostPlatform::Ending ending) {
  switch (ending) {
    case HostPlatform::Ending::returned:
      std::puts("ended: firmware_main returned");
      return status_returned;
    case HostPlatform::Ending::exited:
      std::puts("ended: the machine was given back");
      return status_exited;
    case HostPlatform::Ending::failed:
      std::puts("ended: the machine was given back after a failure");
      return status_failed;
    case HostPlatform::Ending::restarted:
    case HostPlatform::Ending::powered_off:
      std::puts(ending == HostPlatform::Ending::restarted ? "ended: restarted" : "ended: switched off");
      return status_exited;
    case HostPlatform::Ending::started:
      break;
  }
  const auto& started = *platform.ram().started();
  const bool is_linux = started.kind == base::LoadPlan::Start::linux_real_mode;
  std::printf("started: %s segment=%04x stack=%04x\n", is_linux ? "linux_real_mode" : "pxe_nbp",
              started.segment, started.stack_top);
  for (const base::LoadMove& move : started.moves) {
    const base::Bytes moved = platform.physical({move.to, move.to + move.size});
    std::printf("move: to=%08llx size=%llu zero_after=%llu crc32=%08x\n",
                static_cast<unsigned long long>(move.to.value), static_cast<unsigned long long>(move.size),
                static_cast<unsigned long long>(move.zero_after), crc32(moved));
  }
  return is_linux ? status_linux : status_nbp;
}

int refuse(const char* why) {
  std::fprintf(stderr, "chainload-host: %s\n%s", why, usage);
  return status_usage;
}

}  // namespace

int main(int argc, char** argv) {
  std::string tap;
  base::MacAddress mac{{0x52, 0x54, 0x00, 0x77, 0x00, 0x01}};
  HostPlatform::Machine machine;
  machine.ram = 512 << 20;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--help") {
      std::fputs(usage, stdout);
      return 0;
    }
    if (i + 1 == argc) return refuse("an option without its value");
    const std::string_view value = argv[++i];
    std::uint64_t number = 0;
    if (option == "--tap") {
      tap = value;
    } else if (option == "--mac") {
      if (!parse_octets(value, ':', mac.octets) || mac.is_group())
        return refuse("--mac wants the MAC of one machine");
    } else if (option == "--uuid") {
      machine.uuid.resize(16);
      if (!parse_octets(value, '-', machine.uuid)) return refuse("--uuid wants 32 hexadecimal digits");
    } else if (option == "--ram") {
      if (!base::parse_number(value, 10, number) || number < 8 || number > 1024)
        return refuse("--ram wants 8 to 1024");
      machine.ram = number << 20;
    } else {
      return refuse("an option that is none");
    }
  }
  if (tap.empty()) return refuse("--tap is missing");
  auto device = platform::host::TapNic::open(tap);
  if (!device.ok()) {
    std::fprintf(stderr, "chainload-host: %s\n", std::string(device.error().sentence()).c_str());
    return status_usage;
  }
  TapPlatform platform(*device, mac, machine);
  const auto ending = platform.run(firmware_main);
  std::fflush(stdout);
  return report(platform, ending);
}

// SPDX-License-Identifier: MPL-2.0
// Joins a platform to the boot flow: memory is shared out, everything is made once, and the boot begins.
#include <new>

#include "base/debug.h"
#include "embedded_script.h"
#include "flow/shell.h"

namespace {

/// All memory the firmware has besides the stack and the download region, by name.
struct StaticMemory {
  alignas(16) std::uint8_t loop[sizeof(net::Loop)];
  alignas(16) std::uint8_t session[sizeof(flow::Session)];
  alignas(16) std::uint8_t settings[16 << 10];
  alignas(16) std::uint8_t images[64 << 10];
  alignas(16) std::uint8_t scripts[64 << 10];
  alignas(16) std::uint8_t tcp[256 << 10];
};
constinit StaticMemory memory{};

}  // namespace

void firmware_main(platform::Platform& platform) {
  if constexpr (base::debug::is_any) {
    base::debug::begin(
        platform.console(), [](void* self) { return static_cast<platform::Platform*>(self)->now(); }, &platform);
  }
  base::EntropyPool entropy;
  platform.gather_entropy(entropy);
  auto& loop = *new (memory.loop) net::Loop(platform, entropy, memory.tcp);
  auto& session = *new (memory.session) flow::Session(loop, {memory.settings, memory.images, memory.scripts});

  base::Status status = flow::boot(session, embedded_script);
  base::Console& console = platform.console();
  if (!status.ok()) {
    console.report(status.error());
    console.write("Nothing was booted.\n");
  } else {
    console.write("The boot script ended without booting.\n");
  }
  session.take_leave();
  platform.exit(!status.ok());
}

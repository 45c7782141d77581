// SPDX-License-Identifier: MPL-2.0
// A file that is to be started, its command line and an initrd's: looked at, planned, and laid out in a
// memory that takes nothing but what a plan may touch. The input is the command line's length and text, the
// same of the initrd's arguments, and the file; or, when the first byte is odd, changes (where, and four
// bytes) to a kernel that is sound.
#include <memory>

#include "fuzz_target.h"
#include "image/cpio.h"
#include "image/identify.h"
#include "image/load.h"
#include "image/test_kernel.h"
#include "platform/host/host_memory.h"

namespace {

std::vector<std::uint8_t> changed_kernel(fuzz::Reader& reader) {
  std::vector<std::uint8_t> file = image::TestKernel{.protected_size = 6000}.file();
  while (!reader.rest.empty()) {
    const std::size_t at = 0x1f0 + reader.number() % 0x80U;
    const base::Bytes piece = reader.piece(4);
    std::copy(piece.begin(), piece.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return file;
}

void check_cpio(std::string_view arguments) {
  auto file = image::CpioFile::parse(arguments);
  if (!file.ok()) return;
  std::vector<std::uint8_t> header(file->header_size());
  file->write_header(header, 12345);
  fuzz::require(header.size() % 4 == 0 && header.empty() == file->path.empty());
  fuzz::note(header);
}

}  // namespace

FUZZ_TARGET(image) {
  fuzz::Reader reader{input};
  const std::uint8_t kind = reader.number();
  const std::string_view command_line = base::as_text(reader.piece(reader.number() * (kind & 2 ? 16U : 1U)));
  const std::string_view arguments = base::as_text(reader.piece(reader.number()));
  check_cpio(arguments);
  const std::vector<std::uint8_t> file =
      kind & 1 ? changed_kernel(reader) : std::vector<std::uint8_t>(reader.rest.begin(), reader.rest.end());
  const image::Kind looks_like = image::identify(file);
  fuzz::note(static_cast<std::uint64_t>(looks_like));
  if (!image::is_bootable(looks_like)) fuzz::require(!image::refusal(looks_like, "name").sentence().empty());
  auto kernel = image::parse_linux(file, "name");
  fuzz::require(kernel.ok() || !kernel.error().sentence().empty());
  if (kernel.ok()) {
    fuzz::require(kernel->setup_size + std::uint64_t{kernel->protected_size} <= file.size());
    fuzz::note(std::uint64_t{kernel->version} << 32 | kernel->runtime_size);
  }
  const auto options = image::parse_loader_options(command_line);
  fuzz::note(options.memory_limit);
  fuzz::note(options.video_mode);

  platform::host::HostMemory memory(std::uint64_t{8} << 20);
  std::array<std::uint8_t, 16384> arena_memory{};
  base::Arena arena("images", arena_memory);
  const base::PhysicalRange region = memory.download_region();
  image::Registry registry(arena, region, memory.bytes(region));
  const auto add = [&](base::Bytes bytes, image::Role role, std::string_view words) -> image::Image* {
    auto begun = registry.begin("name", "http://198.18.0.1/name");
    fuzz::require(begun.ok() && registry.append(**begun, bytes).ok());
    registry.finish(**begun);
    (*begun)->role = role;
    return registry.set_arguments(**begun, words).ok() ? *begun : nullptr;
  };
  image::Image* const program = add(file, image::Role::kernel, command_line);
  const std::uint8_t initrd[] = "an initrd of some bytes";
  if (program == nullptr || add(initrd, image::Role::initrd, arguments) == nullptr) return;
  auto work = std::make_unique<image::LoadWork>();
  auto plan = kernel.ok() ? image::plan_linux(*work, registry, *program, memory.map())
                          : image::plan_network_boot_program(*work, registry, *program, memory.map());
  fuzz::require(plan.ok() || !plan.error().sentence().empty());
  fuzz::note(plan.ok() ? std::string_view("planned") : plan.error().sentence());
  if (!plan.ok()) return;
  fuzz::require(memory.carry_out(*plan).ok());
  for (const base::LoadMove& move : plan->moves) {
    fuzz::note(move.to.value);
    fuzz::note(memory.bytes(base::PhysicalRange::of_size(move.to.value, move.size)));
  }
}

// SPDX-License-Identifier: MPL-2.0
#include "image/load.h"

#include "image/bzimage.h"
#include "image/cpio.h"
#include "image/move_order.h"

namespace image {

namespace {

using base::Error;
using base::ErrorCode;
using base::PhysicalRange;

constexpr std::uint64_t four_gib = std::uint64_t{1} << 32;
constexpr std::uint64_t one_mib = 1 << 20;
constexpr std::uint64_t base_memory_end = 0xa0000;
constexpr std::uint64_t page = 4096;

constexpr std::uint64_t page_up(std::uint64_t value) {
  return (value + page - 1) & ~(page - 1);
}

void begin_work(LoadWork& work, const Registry& registry, const base::MemoryMap& free) {
  work.usable = base::MemoryMap();
  for (const PhysicalRange& range : free.free_ranges()) work.usable.add_usable(range);
  work.usable.add_usable(registry.region());
}

base::Result<base::LoadPlan> finish_work(LoadWork& work, std::size_t count, base::LoadPlan plan) {
  const std::span<base::LoadMove> wanted = std::span(work.wanted).first(count);
  base::Status checked = check_moves(wanted, work.usable);
  if (!checked.ok()) return checked.error();
  auto moves = order_moves(wanted, work.ordered, work.usable, work.scratch);
  if (!moves.ok()) return moves.error();
  plan.moves = *moves;
  return plan;
}

/// All initrds in a row, each on a page, as early userspace expects its archives (padded by zeroes between
/// them). Those with a path stand behind a header.
struct Initrds {
  std::size_t count = 0;
  std::uint64_t size = 0;       // from the first byte of the first to the last byte of the last
  std::size_t header_size = 0;  // of all headers
};
/// The arguments were looked at when the image was fetched, but imgargs may have changed them.
CpioFile cpio_file_of(const Image& image) {
  const auto file = CpioFile::parse(image.arguments);
  return file.ok() ? file.value() : CpioFile();
}
Initrds measure_initrds(const Registry& registry) {
  Initrds initrds;
  for (const Image* image = registry.first(); image != nullptr; image = image->next) {
    if (image->role != Role::initrd || image->size == 0) continue;
    ++initrds.count;
    const std::size_t header = cpio_file_of(*image).header_size();
    initrds.header_size += header;
    initrds.size = page_up(initrds.size) + header + image->size;
  }
  return initrds;
}

/// The headers are written to `headers`.
void add_initrd_moves(LoadWork& work, std::size_t& count, const Registry& registry, PhysicalRange place,
                      Registry::Room headers) {
  std::uint64_t at = place.begin.value;
  for (const Image* image = registry.first(); image != nullptr; image = image->next) {
    if (image->role != Role::initrd || image->size == 0) continue;
    const CpioFile file = cpio_file_of(*image);
    const std::size_t header = file.header_size();
    if (header != 0) {
      file.write_header(headers.bytes, image->size);
      work.wanted[count++] = {headers.address, {at}, header, 0};
      headers = {headers.address + header, headers.bytes.subspan(header)};
      at += header;
    }
    const std::uint64_t end = at + image->size;
    const std::uint64_t next = end < place.end.value ? page_up(end) : end;
    work.wanted[count++] = {image->address, {at}, image->size, next - end};
    at = next;
  }
}

}  // namespace

base::Result<base::LoadPlan> plan_linux(LoadWork& work, const Registry& registry, const Image& image,
                                        const base::MemoryMap& free) {
  auto parsed = parse_linux(image.bytes(), image.name);
  if (!parsed.ok()) return parsed.error();
  const LinuxKernel& kernel = *parsed;
  const std::string_view command_line = image.arguments;
  if (command_line.size() > kernel.command_line_max) {
    return Error(ErrorCode::too_large,
                 "Cannot start {}: its arguments are {} characters long, and it takes {}; shorten them",
                 image.name, command_line.size(), kernel.command_line_max);
  }
  const LoaderOptions options = parse_loader_options(command_line);
  begin_work(work, registry, free);
  base::MemoryMap& places = work.scratch;  // usable memory less what is given away here
  places = work.usable;

  // The real-mode part: 0x10000 is where loaders have always put it, but any segment will do.
  const std::uint32_t command_line_size = static_cast<std::uint32_t>(command_line.size()) + 1;
  const std::uint64_t segment_size = heap_end + command_line_size;
  PhysicalRange segment = PhysicalRange::of_size(0x10000, segment_size);
  if (!places.is_free(segment)) {
    auto other = places.find_highest(segment_size, page, {{page}, {base_memory_end}});
    if (!other.ok()) return other.error();
    segment = *other;
  }
  places.claim(segment);

  // The kernel proper, and the memory it unpacks itself into.
  const PhysicalRange loaded = PhysicalRange::of_size(standard_load_address, kernel.protected_size);
  const PhysicalRange runtime = PhysicalRange::of_size(kernel.runtime_start, kernel.runtime_size);
  if (!places.is_free(loaded) || !places.is_free(runtime)) {
    const std::uint64_t end = loaded.end < runtime.end ? runtime.end.value : loaded.end.value;
    return Error(ErrorCode::no_memory,
                 "Cannot start {}: it needs all memory from 1 to {} MiB for itself, and this machine "
                 "has not that much free",
                 image.name, (end + one_mib - 1) / one_mib);
  }
  places.claim(loaded);
  places.claim(runtime);

  const Initrds initrds = measure_initrds(registry);
  if (initrds.count > LoadWork::max_initrds) {
    return Error(ErrorCode::too_large,
                 "Cannot start {}: more than {} initrds; join some of them on the server", image.name,
                 LoadWork::max_initrds);
  }
  const Registry::Room room = registry.largest_room();
  if (room.bytes.size() < kernel.setup_size + command_line_size + initrds.header_size) {
    return Error(ErrorCode::no_memory,
                 "Cannot start {}: no memory left beside the images; free some with imgfree", image.name);
  }
  std::size_t count = 0;
  std::uint64_t initrd_address = 0;
  if (initrds.size > 0) {
    std::uint64_t end = kernel.initrd_end_max == 0 ? four_gib : kernel.initrd_end_max;
    if (options.memory_limit < end) end = options.memory_limit;
    const PhysicalRange within{{one_mib}, {end < one_mib ? one_mib : end}};
    auto place = places.find_highest(initrds.size, page, within);
    if (!place.ok()) {
      return Error(ErrorCode::no_memory,
                   "Cannot start {}: no room for {} KiB of initrds below {} MiB beside the kernel; "
                   "use smaller ones or a machine with more memory",
                   image.name, initrds.size / 1024, end / one_mib);
    }
    initrd_address = place.value().begin.value;
    const std::size_t used = kernel.setup_size + command_line_size;
    add_initrd_moves(work, count, registry, *place, {room.address + used, room.bytes.subspan(used)});
  }
  work.wanted[count++] = {image.address + kernel.setup_size, loaded.begin, kernel.protected_size, 0};

  // A copy of the real-mode part is filled in and the command line put behind it: one source, two targets.
  const base::MutBytes setup = room.bytes.first(kernel.setup_size);
  base::copy_bytes(setup.data(), image.bytes().first(kernel.setup_size));
  fill_in_setup(setup, kernel,
                {static_cast<std::uint32_t>(segment.begin.value), command_line_size,
                 static_cast<std::uint32_t>(initrd_address), static_cast<std::uint32_t>(initrds.size),
                 options.video_mode});
  const base::MutBytes text = room.bytes.subspan(kernel.setup_size, command_line_size);
  base::copy_bytes(text.data(), base::as_bytes(command_line));
  text.back() = 0;
  work.wanted[count++] = {room.address, segment.begin, kernel.setup_size, heap_end - kernel.setup_size};
  work.wanted[count++] = {room.address + kernel.setup_size, segment.begin + heap_end, command_line_size, 0};

  base::LoadPlan plan;
  plan.start = base::LoadPlan::Start::linux_real_mode;
  plan.segment = static_cast<std::uint16_t>(segment.begin.value >> 4);
  plan.stack_top = heap_end;
  return finish_work(work, count, plan);
}

base::Result<base::LoadPlan> plan_network_boot_program(LoadWork& work, const Registry& registry,
                                                       const Image& program, const base::MemoryMap& free) {
  constexpr std::uint64_t address = 0x7c00;  // [pxe 3.1.3]
  begin_work(work, registry, free);
  const PhysicalRange place = PhysicalRange::of_size(address, program.size);
  if (program.size > base_memory_end - address || !work.usable.is_free(place)) {
    return Error(ErrorCode::too_large,
                 "Cannot start {}: it is {} KiB, and a network boot program must fit into the free "
                 "base memory from 31 KiB on; use a smaller one",
                 program.name, program.size / 1024);
  }
  work.wanted[0] = {program.address, {address}, program.size, 0};
  base::LoadPlan plan;
  plan.start = base::LoadPlan::Start::pxe_nbp;
  return finish_work(work, 1, plan);
}

}  // namespace image

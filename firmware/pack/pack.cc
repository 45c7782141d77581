// SPDX-License-Identifier: MPL-2.0
// pack flat ELF FLAT: the linked image as it is to be compressed.
// pack join STUB ELF FLAT OUTPUT: the stub, told about the image, and the compressed image behind it.
// pack returning IMAGE OUTPUT: the same that goes back to its loader at the end. Its stamp stays: it is the same build.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "base/siphash.h"
#include "pack/address_marks.h"
#include "pack/call_filter.h"
#include "pack/compress.h"
#include "pack/elf_image.h"
#include "platform/bios/low_layout.h"

namespace {

using Buffer = std::vector<std::uint8_t>;

constexpr char stamp_magic[] = {'C', 'h', 'a', 'i', 'n', 'l', 'd', '1'};
constexpr std::size_t stamp_version_size = 16;
static_assert(sizeof stamp_magic + stamp_version_size + 16 == bios::image_stamp_size);
constexpr std::uint32_t stub_words_offset = bios::image_stamp_offset + bios::image_stamp_size;

constexpr std::uint32_t early_stack = 16 * 1024;      // below the low block, until the image is at home
constexpr std::uint32_t unpacker_room = 0x100;        // stub.asm: its stack
constexpr std::uint32_t least_base_memory = 0x80000;  // what a ROM that keeps much for itself still leaves

struct Failure {
  std::string why;
};

Buffer read_file(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  if (!in) throw Failure{"cannot read " + name};
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const std::string& name, const Buffer& bytes) {
  std::ofstream out(name, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw Failure{"cannot write " + name};
}

pack::ElfImage read_image(const std::string& name) {
  auto read = pack::read_elf(read_file(name));
  if (const auto* why = std::get_if<std::string>(&read)) throw Failure{name + ": " + *why};
  return std::get<pack::ElfImage>(std::move(read));
}

std::uint32_t mark(pack::ElfImage& image) {
  if (image.memory_end > 1u << pack::mark_shift) throw Failure{"the image is linked beyond the first MiB: addresses bear marks there"};
  const auto mark = pack::mark_addresses(image.bytes, image.relocations);
  if (!mark) throw Failure{"no mark for addresses is free: each stands elsewhere in the image too"};
  return *mark;
}

void flatten(const std::string& elf, const std::string& output) {
  pack::ElfImage image = read_image(elf);
  mark(image);
  pack::make_calls_absolute(std::span(image.bytes).first(image.code_size));
  write_file(output, image.bytes);
}

/// Two keyed hashes over all that follows the stamp: 128 bits that differ when anything does.
void write_stamp(Buffer& image) {
  std::uint8_t* at = image.data() + bios::image_stamp_offset;
  std::memcpy(at, stamp_magic, sizeof stamp_magic);
  std::strncpy(reinterpret_cast<char*>(at + sizeof stamp_magic), CHAINLOAD_VERSION, stamp_version_size);
  at += sizeof stamp_magic + stamp_version_size;
  const base::Bytes content = base::Bytes(image).subspan(stub_words_offset);
  for (std::uint64_t key : {1, 2}) {
    const std::uint64_t hash = base::siphash({key, 0}, content);
    base::store_le32(at, static_cast<std::uint32_t>(hash));
    base::store_le32(at + 4, static_cast<std::uint32_t>(hash >> 32));
    at += 8;
  }
}

void make_returning(const std::string& name, const std::string& output) {
  Buffer image = read_file(name);
  if (image.size() < bios::image_returns_offset + 4) throw Failure{name + " is not what `join` has made"};
  base::store_le32(&image[bios::image_returns_offset], 1);
  write_file(output, image);
}

void join(const std::string& stub_name, const std::string& elf, const std::string& flat_name, const std::string& output) {
  Buffer out = read_file(stub_name);
  const std::size_t stub_size = out.size();
  if (stub_size < bios::image_returns_offset + 4) throw Failure{"the stub is too short for its words"};
  pack::ElfImage image = read_image(elf);
  const std::uint32_t address_mark = mark(image);
  const std::size_t list_size = 4 * (image.relocations.size() + 1);
  const Buffer flat = read_file(flat_name);
  const Buffer packed = pack::compress(flat, image.code_size);
  if (pack::decompress(packed, flat.size(), image.code_size) != flat) throw Failure{"the packed image does not come back"};
  out.insert(out.end(), packed.begin(), packed.end());

  std::uint8_t* const words = &out[stub_words_offset];
  if (base::load_le32(words) != image.address) throw Failure{"stub.asm and image.ld name different places for the image"};
  const auto flat_size = static_cast<std::uint32_t>(flat.size());
  if (flat_size > base::load_le32(words + 4)) throw Failure{"the image reaches into stub.asm's tables: move SLOTS up"};
  if (bios::image_load_address + out.size() + unpacker_room > image.address) {
    throw Failure{"the packed image reaches into the place where it is unpacked: move image.ld's address up"};
  }
  const std::uint32_t needed_end =
      std::max(base::load_le32(words + 12),
               image.address + flat_size + static_cast<std::uint32_t>(list_size) + early_stack + bios::low_block_size + 4096);
  if (needed_end > std::max(least_base_memory, base::load_le32(words + 12))) {
    throw Failure{"the image does not fit into base memory while it starts"};
  }
  base::store_le32(words + 4, flat_size);
  base::store_le32(words + 8, image.code_size);
  base::store_le32(words + 12, needed_end);
  base::store_le32(words + 16, address_mark);
  write_stamp(out);
  write_file(output, out);

  std::printf("%zu bytes = stub %zu + packed %zu\n", out.size(), stub_size, packed.size());
  std::printf("  unpacked %u: code %u, data %zu; %zu addresses; zeroed and stack %zu\n", flat_size,
              image.code_size, image.bytes.size() - image.code_size, image.relocations.size(),
              image.memory_end - image.address - image.bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  try {
    if (command == "flat" && argc == 4) {
      flatten(argv[2], argv[3]);
    } else if (command == "join" && argc == 6) {
      join(argv[2], argv[3], argv[4], argv[5]);
    } else if (command == "returning" && argc == 4) {
      make_returning(argv[2], argv[3]);
    } else {
      std::fprintf(stderr, "usage: pack flat ELF FLAT | pack join STUB ELF FLAT OUTPUT | pack returning IMAGE OUTPUT\n");
      return 2;
    }
  } catch (const Failure& failure) {
    std::fprintf(stderr, "pack: %s\n", failure.why.c_str());
    return 1;
  }
  return 0;
}

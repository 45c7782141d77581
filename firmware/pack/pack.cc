// SPDX-License-Identifier: MPL-2.0
// pack STUB ELF OUTPUT: the linked image, relocatable and compressed, behind the stub that unpacks it.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "base/siphash.h"
#include "pack/elf_image.h"
#include "pack/lz4.h"
#include "platform/bios/low_layout.h"

namespace {

using pack::Buffer;

constexpr char stamp_magic[] = {'C', 'h', 'a', 'i', 'n', 'l', 'd', '1'};
constexpr std::size_t stamp_version_size = 16;
static_assert(sizeof stamp_magic + stamp_version_size + 16 == bios::image_stamp_size);
constexpr std::uint32_t stub_words_offset = bios::image_stamp_offset + bios::image_stamp_size;

constexpr std::uint32_t early_stack = 16 * 1024;     // below the low block, until the image is at home
constexpr std::uint32_t stub_stack = 256;            // below the image while it is unpacked
constexpr std::uint32_t least_base_memory = 0x80000; // what a ROM that keeps much for itself still leaves

bool read_file(const char* name, Buffer& bytes) {
  std::ifstream in(name, std::ios::binary);
  if (!in) return false;
  bytes.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  return true;
}

int fail(const std::string& why) {
  std::fprintf(stderr, "pack: %s\n", why.c_str());
  return 1;
}

void store32(std::uint8_t* at, std::uint32_t value) { base::store_le32(at, value); }

/// Two keyed hashes over all that follows the stamp: 128 bits that differ when anything does.
void write_stamp(Buffer& image) {
  std::uint8_t* at = image.data() + bios::image_stamp_offset;
  std::memcpy(at, stamp_magic, sizeof stamp_magic);
  std::strncpy(reinterpret_cast<char*>(at + sizeof stamp_magic), CHAINLOAD_VERSION, stamp_version_size);
  at += sizeof stamp_magic + stamp_version_size;
  const base::Bytes content = base::Bytes(image).subspan(stub_words_offset);
  for (std::uint64_t key : {1, 2}) {
    const std::uint64_t hash = base::siphash({key, 0}, content);
    store32(at, static_cast<std::uint32_t>(hash));
    store32(at + 4, static_cast<std::uint32_t>(hash >> 32));
    at += 8;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: pack STUB ELF OUTPUT\n");
    return 2;
  }
  Buffer stub, elf;
  if (!read_file(argv[1], stub) || !read_file(argv[2], elf)) return fail("cannot read the stub or the ELF file");
  if (stub.size() < stub_words_offset + 16) return fail("the stub is too short for its words");
  const auto read = pack::read_elf(elf);
  if (const auto* why = std::get_if<std::string>(&read)) return fail(std::string(argv[2]) + ": " + *why);
  const auto& image = std::get<pack::ElfImage>(read);

  Buffer flat = image.bytes;
  const Buffer table = pack::relocation_table(image.relocations);
  flat.insert(flat.end(), table.begin(), table.end());
  const Buffer packed = pack::lz4_pack(flat);
  if (pack::lz4_unpack(packed) != flat) return fail("what was packed does not unpack");

  Buffer out = stub;
  out.insert(out.end(), packed.begin(), packed.end());
  const auto flat_end = static_cast<std::uint32_t>(image.address + flat.size());
  const std::uint32_t needed_end = flat_end + early_stack + bios::low_block_size + 4096;
  if (bios::image_load_address + out.size() + stub_stack > image.address) {
    return fail("the packed image reaches into the place where it is unpacked: move image.ld's address up");
  }
  if (needed_end > least_base_memory) return fail("the image does not fit into base memory while it starts");
  store32(&out[stub_words_offset], static_cast<std::uint32_t>(packed.size()));
  store32(&out[stub_words_offset + 4], image.address);
  store32(&out[stub_words_offset + 8], needed_end);
  write_stamp(out);

  std::ofstream file(argv[3], std::ios::binary);
  file.write(reinterpret_cast<const char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (!file.flush()) return fail(std::string("cannot write ") + argv[3]);
  const std::size_t zeroed = image.memory_end - image.address - image.bytes.size();
  std::printf("undionly.kpxe: %zu bytes = stub %zu + LZ4 %zu\n", out.size(), stub.size(), packed.size());
  std::printf("  unpacked %zu: image %zu, relocations %zu (%zu addresses); zeroed and stack %zu\n", flat.size(),
              image.bytes.size(), table.size(), image.relocations.size(), zeroed);
  return 0;
}

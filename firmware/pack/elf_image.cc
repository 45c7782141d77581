// SPDX-License-Identifier: MPL-2.0
#include "pack/elf_image.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

namespace pack {
namespace {

class Reader {
 public:
  explicit Reader(const std::vector<std::uint8_t>& file) : file_(file) {}

  template <class T>
  T at(std::size_t offset) const {
    T value{};
    if (offset <= file_.size() && sizeof(T) <= file_.size() - offset) {
      std::memcpy(&value, file_.data() + offset, sizeof(T));
    }
    return value;
  }
  std::string text(std::size_t offset) const {
    std::string text;
    while (offset < file_.size() && file_[offset] != 0) text += static_cast<char>(file_[offset++]);
    return text;
  }
  bool holds(std::size_t offset, std::size_t size) const { return offset <= file_.size() && size <= file_.size() - offset; }

 private:
  const std::vector<std::uint8_t>& file_;
};

}  // namespace

std::variant<ElfImage, std::string> read_elf(const std::vector<std::uint8_t>& file) {
  const Reader in(file);
  const auto header = in.at<Elf32_Ehdr>(0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS32 || header.e_machine != EM_386) {
    return std::string("not a 32-bit x86 ELF file");
  }
  std::vector<Elf32_Shdr> sections;
  for (unsigned i = 0; i < header.e_shnum; ++i) sections.push_back(in.at<Elf32_Shdr>(header.e_shoff + i * sizeof(Elf32_Shdr)));

  std::map<std::string, std::uint32_t> symbols;
  for (const Elf32_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) continue;
    for (std::size_t at = 0; at + sizeof(Elf32_Sym) <= section.sh_size; at += sizeof(Elf32_Sym)) {
      const auto symbol = in.at<Elf32_Sym>(section.sh_offset + at);
      if (ELF32_ST_BIND(symbol.st_info) == STB_GLOBAL) symbols[in.text(sections[section.sh_link].sh_offset + symbol.st_name)] = symbol.st_value;
    }
  }
  for (const char* name : {"image_begin", "code_end", "image_end", "memory_end", "start"}) {
    if (!symbols.contains(name)) return std::string("no symbol ") + name;
  }

  ElfImage image;
  image.address = symbols["image_begin"];
  image.memory_end = symbols["memory_end"];
  if (symbols["start"] != image.address) return std::string("start is not the first thing in the image");
  image.code_size = symbols["code_end"] - image.address;
  if (symbols["code_end"] < image.address || symbols["image_end"] < symbols["code_end"]) {
    return std::string("image_begin, code_end and image_end are not in this order");
  }
  image.bytes.resize(symbols["image_end"] - image.address);
  for (const Elf32_Shdr& section : sections) {
    if ((section.sh_flags & SHF_ALLOC) == 0 || section.sh_type == SHT_NOBITS || section.sh_size == 0) continue;
    const std::uint32_t offset = section.sh_addr - image.address;
    if (section.sh_addr < image.address || offset > image.bytes.size() || section.sh_size > image.bytes.size() - offset ||
        !in.holds(section.sh_offset, section.sh_size)) {
      return "section outside the image: " + in.text(sections[header.e_shstrndx].sh_offset + section.sh_name);
    }
    std::memcpy(image.bytes.data() + offset, file.data() + section.sh_offset, section.sh_size);
  }

  for (const Elf32_Shdr& section : sections) {
    if (section.sh_type != SHT_REL || section.sh_info >= sections.size() || section.sh_link >= sections.size()) continue;
    if ((sections[section.sh_info].sh_flags & SHF_ALLOC) == 0) continue;  // debug information
    for (std::size_t at = 0; at + sizeof(Elf32_Rel) <= section.sh_size; at += sizeof(Elf32_Rel)) {
      const auto relocation = in.at<Elf32_Rel>(section.sh_offset + at);
      const unsigned type = ELF32_R_TYPE(relocation.r_info);
      if (type == R_386_NONE || type == R_386_PC32 || type == R_386_PLT32 || type == R_386_PC8) continue;
      const auto symbol = in.at<Elf32_Sym>(sections[section.sh_link].sh_offset + ELF32_R_SYM(relocation.r_info) * sizeof(Elf32_Sym));
      if (type != R_386_32) return "relocation of type " + std::to_string(type) + ": only 32-bit addresses can be moved";
      if (symbol.st_shndx == SHN_UNDEF) continue;  // a weak symbol nobody defined: address 0
      const std::uint32_t offset = relocation.r_offset - image.address;
      if (relocation.r_offset < image.address || offset + 4 > image.bytes.size()) {
        return "an address stands outside the image, at " + std::to_string(relocation.r_offset);
      }
      image.relocations.push_back(offset);
    }
  }
  std::sort(image.relocations.begin(), image.relocations.end());
  image.relocations.erase(std::unique(image.relocations.begin(), image.relocations.end()), image.relocations.end());
  if (!image.relocations.empty() && image.relocations.front() == 0) return std::string("an address is the first thing in the image");
  return image;
}

}  // namespace pack

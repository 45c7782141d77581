// SPDX-License-Identifier: MPL-2.0
#include "image/cpio.h"

namespace image {

namespace {

constexpr std::size_t fields_size = 6 + 13 * 8;  // the magic, and thirteen numbers of eight digits

}  // namespace

base::Result<CpioFile> CpioFile::parse(std::string_view arguments) {
  constexpr std::string_view mode_mark = "mode=";
  CpioFile file;
  while (!arguments.empty()) {
    const std::string_view word = arguments.substr(0, arguments.find(' '));
    arguments.remove_prefix(word.size() < arguments.size() ? word.size() + 1 : word.size());
    std::uint64_t mode = 0;
    if (!word.starts_with(mode_mark)) {
      if (file.path.empty()) file.path = word;
    } else if (base::parse_number(word.substr(mode_mark.size()), 8, mode) && mode <= 07777) {
      file.mode = static_cast<std::uint32_t>(mode);
    } else {
      return base::Error(base::ErrorCode::invalid, "\"{}\" is no file mode such as mode=0755", word);
    }
  }
  return file;
}

std::size_t CpioFile::header_size() const {
  return path.empty() ? 0 : (fields_size + path.size() + 1 + 3) & ~std::size_t{3};
}

void CpioFile::write_header(base::MutBytes out, std::size_t file_size) const {
  if (path.empty()) return;
  constexpr std::uint32_t regular_file = 0100000;
  char text[fields_size];
  base::TextWriter writer(text);
  writer.append("070701");
  // ino, mode, uid, gid, nlink, mtime, size, device (4), length of the name with its NUL, checksum (unused)
  const std::uint64_t fields[] = {0, regular_file | mode, 0, 0, 1, 0, file_size, 0, 0, 0,
                                  0, path.size() + 1,     0};
  for (const std::uint64_t field : fields) writer.print("{}", base::Hex{field, 8});
  std::memset(out.data(), 0, header_size());
  base::copy_bytes(out.data(), base::as_bytes(writer.view()));
  base::copy_bytes(out.data() + fields_size, base::as_bytes(path));
}

}  // namespace image

// SPDX-License-Identifier: MPL-2.0
#include "pack/address_marks.h"

#include "base/bytes.h"

namespace pack {

std::vector<std::uint32_t> take_marks(std::span<std::uint8_t> image, std::uint32_t mark) {
  std::vector<std::uint32_t> places;
  for (std::uint32_t at = 0; at + 4 <= image.size();) {
    const std::uint32_t value = base::load_le32(&image[at]);
    if (value >> mark_shift != mark) {
      ++at;
      continue;
    }
    base::store_le32(&image[at], value & ((1u << mark_shift) - 1));
    places.push_back(at);
    at += 4;
  }
  return places;
}

std::optional<std::uint32_t> mark_addresses(std::span<std::uint8_t> image, const std::vector<std::uint32_t>& places) {
  for (std::uint32_t mark = 1; mark < 1u << (32 - mark_shift); ++mark) {
    for (std::uint32_t place : places) {
      base::store_le32(&image[place], base::load_le32(&image[place]) % (1u << mark_shift) | mark << mark_shift);
    }
    std::vector<std::uint8_t> marked(image.begin(), image.end());
    if (take_marks(marked, mark) == places) return mark;
  }
  for (std::uint32_t place : places) base::store_le32(&image[place], base::load_le32(&image[place]) % (1u << mark_shift));
  return std::nullopt;
}

}  // namespace pack

// SPDX-License-Identifier: MPL-2.0
// A gzip file: what comes out must not depend on how much more room there is, and nothing is written behind the room.
#include <algorithm>

#include "fuzz_target.h"
#include "image/gunzip.h"

FUZZ_TARGET(gunzip) {
  constexpr std::size_t most = 1 << 16;
  static std::uint8_t large[most], exact[most + 1];
  const auto whole = image::gunzip(input, "file", large);
  if (!whole.ok()) return;
  const std::size_t size = whole.value();
  exact[size] = 0xa5;
  const auto again = image::gunzip(input, "file", base::MutBytes(exact).first(size));
  fuzz::require(again.ok() && again.value() == size && std::equal(large, large + size, exact) && exact[size] == 0xa5);
  if (size > 0) fuzz::require(!image::gunzip(input, "file", base::MutBytes(exact).first(size - 1)).ok());
}

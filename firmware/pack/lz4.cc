// SPDX-License-Identifier: MPL-2.0
#include "pack/lz4.h"

#include <algorithm>
#include <unordered_map>

namespace pack {
namespace {

constexpr std::size_t least_match = 4;
constexpr std::size_t farthest = 0xffff;
constexpr std::size_t most_candidates = 256;
constexpr std::size_t good_enough = 512;  // a match this long is taken whole, and no longer one is looked for

struct Match {
  std::size_t length = 0;
  std::size_t distance = 0;
};

/// Bytes that a length takes beyond its four bits in the token.
std::size_t extra_bytes(std::size_t length) { return length < 15 ? 0 : 1 + (length - 15) / 255; }

void put_length(Buffer& out, std::size_t length) {
  if (length < 15) return;
  for (length -= 15; length >= 255; length -= 255) out.push_back(255);
  out.push_back(static_cast<std::uint8_t>(length));
}

/// The longest match at every position, among the nearest candidates that begin with the same four bytes.
std::vector<Match> find_matches(const Buffer& plain) {
  std::vector<Match> found(plain.size());
  std::vector<std::size_t> previous(plain.size());
  std::unordered_map<std::uint32_t, std::size_t> last;  // position + 1
  for (std::size_t i = 0; i + least_match <= plain.size(); ++i) {
    const std::uint32_t key = static_cast<std::uint32_t>(plain[i]) | static_cast<std::uint32_t>(plain[i + 1]) << 8 |
                              static_cast<std::uint32_t>(plain[i + 2]) << 16 | static_cast<std::uint32_t>(plain[i + 3]) << 24;
    std::size_t& head = last[key];
    std::size_t candidate = head;
    const std::size_t enough = std::min(good_enough, plain.size() - i);
    if (i > 0 && found[i - 1].length > good_enough) found[i] = {found[i - 1].length - 1, found[i - 1].distance};
    for (std::size_t n = 0; candidate != 0 && n < most_candidates && found[i].length < enough; ++n) {
      const std::size_t at = candidate - 1;
      if (i - at > farthest) break;
      std::size_t length = least_match;
      while (i + length < plain.size() && plain[at + length] == plain[i + length]) ++length;
      if (length > found[i].length) found[i] = {length, i - at};
      candidate = previous[at];
    }
    previous[i] = head;
    head = i + 1;
  }
  return found;
}

}  // namespace

Buffer lz4_pack(const Buffer& plain) {
  const std::vector<Match> matches = find_matches(plain);
  // From the end: the least bytes for the rest, when the last token was just written (its literals not yet counted).
  // `cost` counts one byte per literal; the few bytes of long literal runs do not change what is best by much.
  const std::size_t n = plain.size();
  std::vector<std::size_t> cost(n + 1, 0), taken(n + 1, 0);
  for (std::size_t i = n; i-- > 0;) {
    cost[i] = cost[i + 1] + 1;
    const std::size_t longest = matches[i].length;
    for (std::size_t length = longest < good_enough ? least_match : longest; length <= longest && longest != 0; ++length) {
      const std::size_t price = 3 + extra_bytes(length - least_match) + cost[i + length];
      if (price <= cost[i]) {
        cost[i] = price;
        taken[i] = length;
      }
    }
  }

  Buffer out;
  std::size_t literals = 0;
  const auto put_sequence = [&](std::size_t end, const Match* match) {
    const std::size_t match_code = match == nullptr ? 0 : match->length - least_match;
    out.push_back(static_cast<std::uint8_t>(std::min<std::size_t>(literals, 15) << 4 | std::min<std::size_t>(match_code, 15)));
    put_length(out, literals);
    out.insert(out.end(), plain.begin() + static_cast<std::ptrdiff_t>(end - literals),
               plain.begin() + static_cast<std::ptrdiff_t>(end));
    literals = 0;
    if (match == nullptr) return;
    out.push_back(static_cast<std::uint8_t>(match->distance));
    out.push_back(static_cast<std::uint8_t>(match->distance >> 8));
    put_length(out, match_code);
  };
  for (std::size_t i = 0; i < n;) {
    if (taken[i] == 0) {
      ++literals;
      ++i;
      continue;
    }
    const Match match{taken[i], matches[i].distance};
    put_sequence(i, &match);
    i += match.length;
  }
  put_sequence(n, nullptr);
  return out;
}

std::optional<Buffer> lz4_unpack(const Buffer& packed) {
  Buffer out;
  std::size_t at = 0;
  bool failed = false;
  const auto next = [&]() -> std::uint8_t {
    if (at < packed.size()) return packed[at++];
    failed = true;
    return 0;
  };
  const auto length = [&](std::size_t value) {
    if (value != 15) return value;
    std::uint8_t more = 255;
    while (more == 255 && !failed) value += more = next();
    return value;
  };
  while (true) {
    const std::uint8_t token = next();
    for (std::size_t i = length(token >> 4); i > 0 && !failed; --i) out.push_back(next());
    if (failed) return std::nullopt;
    if (at == packed.size()) return out;
    std::size_t distance = next();
    distance |= static_cast<std::size_t>(next()) << 8;
    if (failed || distance == 0 || distance > out.size()) return std::nullopt;
    for (std::size_t i = length(token & 15) + least_match; i > 0; --i) out.push_back(out[out.size() - distance]);
    if (failed) return std::nullopt;
  }
}

}  // namespace pack

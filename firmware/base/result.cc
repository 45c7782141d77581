// SPDX-License-Identifier: MPL-2.0
// The ring in which the sentences of errors stand.
#include "base/result.h"

namespace base {

namespace {

struct Sentence {
  std::array<char, Error::max_sentence> characters;
  std::size_t size;
};
constinit std::array<Sentence, Error::kept> ring{};
constinit std::uint16_t last_slot = 0;

}  // namespace

Error::Error(ErrorCode code, std::string_view sentence) : Error(code, "{}", sentence) {}

Error::Error(ErrorCode code, std::string_view pattern, std::span<const FormatArg> arguments) : code_(code) {
  last_slot = static_cast<std::uint16_t>(last_slot % kept + 1);
  slot_ = last_slot;
  Sentence& kept_here = ring[slot_ - 1U];
  TextWriter writer(kept_here.characters);
  writer.format(pattern, arguments);
  kept_here.size = writer.view().size();
}

std::string_view Error::sentence() const {
  const Sentence& here = ring[slot_ - 1U];
  return {here.characters.data(), here.size};
}

}  // namespace base

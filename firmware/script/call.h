// SPDX-License-Identifier: MPL-2.0
// A command's words taken apart as its usage line says: options, and what stands behind them.
//
// The usage line is the specification: `[-n|--name NAME]` is an option with a value, `[--gap]` one without,
// `URI` a word that must be there, `[NAME]` one that may, `WORD...` one or more, `[WORD...]` any number. A
// command without a long option in its line gets every word as it stands.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace script {

/// The words of a statement, the command's name first.
using Words = std::span<const std::string_view>;

struct Call {
  static constexpr std::size_t max_options = 8;

  std::string_view name;
  std::array<std::string_view, max_options> options{};  // in the order of the usage line; see has()
  Words words;                                          // behind the options

  /// An option without a value has itself as its value.
  bool has(std::size_t option) const { return options[option].data() != nullptr; }
  /// Empty where there are not so many: an optional word that expands to nothing was not given.
  std::string_view word(std::size_t i) const { return i < words.size() ? words[i] : std::string_view(); }
  /// False when the option was given and is no number, decimal or 0x…; without it `number` stays as it is.
  bool read_number(std::size_t option, std::uint32_t& number) const;

  /// False when `words` do not fit the line. The views refer to `words`.
  bool parse(std::string_view usage, Words all_words);

 private:
  bool take_option(std::string_view usage, Words all_words, std::size_t& at);
};

/// A number as scripts write them: 10 or 0x0a.
bool parse_number(std::string_view text, std::uint32_t& number);

}  // namespace script

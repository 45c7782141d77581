// SPDX-License-Identifier: MPL-2.0
#include "script/call.h"

#include "base/text.h"

namespace script {

namespace {

constexpr std::size_t npos = std::string_view::npos;

struct Arity {
  std::size_t least = 0;
  std::size_t most = 0;
};

/// Of the words behind the options.
Arity arity_of(std::string_view usage) {
  Arity arity;
  while (!usage.empty()) {
    const bool is_option = usage.starts_with("[-");
    const bool is_optional = usage[0] == '[';
    const std::size_t end = is_option ? usage.find(']') + 1 : usage.find(' ');
    const std::string_view part = usage.substr(0, end);
    if (!is_option) {
      arity.most = part.find("...") != npos ? npos : arity.most + 1;
      if (!is_optional) ++arity.least;
    }
    usage.remove_prefix(part.size());
    if (!usage.empty()) usage.remove_prefix(1);
  }
  return arity;
}

}  // namespace

bool parse_number(std::string_view text, std::uint32_t& number) {
  std::uint64_t value = 0;
  const bool is_hexadecimal = text.starts_with("0x");
  if (!base::parse_number(text.substr(is_hexadecimal ? 2 : 0), is_hexadecimal ? 16 : 10, value) ||
      value > UINT32_MAX) {
    return false;
  }
  number = static_cast<std::uint32_t>(value);
  return true;
}

bool Call::read_number(std::size_t option, std::uint32_t& number) const {
  // A setting that is not set leaves the option empty: `--timeout ${menu-timeout}`.
  return options[option].empty() || parse_number(options[option], number);
}

bool Call::take_option(std::string_view usage, Words all_words, std::size_t& at) {
  const std::string_view word = all_words[at];
  const bool is_long = word[1] == '-';
  // Short ones may stand together, the last with its value: -ar, -t5000.
  for (std::size_t letter = 1; letter < word.size();) {
    const std::size_t here = letter;
    std::size_t index = 0;
    for (std::size_t begin = usage.find("[-"); begin != npos && letter == here;
         begin = usage.find("[-", begin + 1), ++index) {
      std::string_view option = usage.substr(begin + 1, usage.find(']', begin) - begin - 1);
      const char short_name = option[1];  // a dash where there is none
      if (short_name != '-') option.remove_prefix(3);
      const std::size_t space = option.find(' ');
      const std::string_view long_name = option.substr(0, space);
      std::string_view value = is_long ? word : word.substr(letter + 1);
      if (!is_long) {
        if (short_name == '-' || short_name != word[letter]) continue;
      } else if (word == long_name) {
        value.remove_prefix(word.size());
      } else if (space != npos && word.starts_with(long_name) && word[long_name.size()] == '=') {
        value.remove_prefix(long_name.size() + 1);
      } else {
        continue;
      }
      const bool is_joined = is_long && word != long_name;
      letter = space == npos && !is_long ? letter + 1 : word.size();
      if (space == npos) value = word;
      if (space != npos && value.empty() && !is_joined) {
        if (++at == all_words.size()) return false;
        value = all_words[at];
      }
      options[index] = value;
    }
    if (letter == here) return false;
  }
  return true;
}

bool Call::parse(std::string_view usage, Words all_words) {
  name = all_words[0];
  std::size_t at = 1;
  if (usage.find("--") != npos) {
    for (; at < all_words.size() && all_words[at].size() > 1 && all_words[at][0] == '-'; ++at) {
      if (all_words[at] == "--") {
        ++at;
        break;
      }
      if (!take_option(usage, all_words, at)) return false;
    }
  }
  words = all_words.subspan(at);
  const Arity arity = arity_of(usage);
  std::size_t count = words.size();
  while (count > arity.most && words[count - 1].empty()) --count;  // settings that are not set
  return count >= arity.least && count <= arity.most;
}

}  // namespace script

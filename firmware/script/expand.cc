// SPDX-License-Identifier: MPL-2.0
#include "script/expand.h"

#include <cstring>

#include "script/lexer.h"

namespace script {

namespace {

constexpr unsigned max_replacements =
    200;  // in one piece of text; a value that names itself would go on for ever

/// The innermost `${…}`, with its marks; empty when there is none.
std::string_view find_innermost(std::string_view text) {
  std::size_t begin = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) begin = i;
    if (text[i] == '}' && begin != std::string_view::npos) return text.substr(begin, i + 1 - begin);
  }
  return {};
}

}  // namespace

base::Status expand(const settings::Store& store, std::span<char> text, std::size_t& size) {
  unsigned left = max_replacements;
  for (;;) {
    const std::string_view found = find_innermost({text.data(), size});
    if (found.empty()) break;
    if (left-- == 0) {
      return base::Error(base::ErrorCode::invalid, "\"{}\" never ends to expand: does a setting name itself?",
                         found);
    }
    // What follows waits at the far end while the value is written where the mark stood.
    const std::size_t begin = static_cast<std::size_t>(found.data() - text.data());
    const std::size_t after = size - begin - found.size();
    char name[settings::Store::max_name];
    const std::size_t name_size = found.size() - 3;
    if (name_size > sizeof name) {
      return base::Error(base::ErrorCode::too_large, "The name of a setting is longer than {} characters",
                         sizeof name);
    }
    std::memcpy(name, found.data() + 2, name_size);
    std::memmove(text.data() + (text.size() - after), text.data() + begin + found.size(), after);
    base::TextWriter out(text.subspan(begin, text.size() - begin - after));
    static_cast<void>(store.format({name, name_size}, out));
    if (out.overflowed()) {
      return base::Error(base::ErrorCode::too_large,
                         "What ${{}} stands for makes the text longer than {} characters",
                         std::string_view(name, name_size), text.size());
    }
    const std::size_t end = begin + out.view().size();
    std::memmove(text.data() + end, text.data() + (text.size() - after), after);
    size = end + after;
  }
  for (char& c : text.first(size)) {
    if (c == literal_dollar) c = '$';
  }
  return base::Done{};
}

}  // namespace script

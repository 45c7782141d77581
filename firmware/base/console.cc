// SPDX-License-Identifier: MPL-2.0
#include "base/console.h"

#include "base/features.h"

namespace base {

bool Console::add_sink(ConsoleSink sink) {
  if (count_ == max_sinks) return false;
  sinks_[count_++] = sink;
  return true;
}

void Console::write(std::string_view text) {
  if (text.empty()) return;
  if (features::log.is_built && is_logged_) log_.write(text);
  for (std::size_t i = 0; i < count_; ++i) sinks_[i].write(sinks_[i].self, text);
}

void Console::format(std::string_view pattern, std::span<const FormatArg> arguments) {
  char buffer[512];
  TextWriter writer(buffer);
  writer.format(pattern, arguments);
  write_public(writer.view());
}

void Console::write_public(std::string_view text) {
  for (;;) {
    const std::size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) break;
    const std::string_view authority = text.substr(scheme + 3, text.find_first_of("/ \"\n?", scheme + 3) - scheme - 3);
    const std::size_t host = authority.rfind('@'), colon = authority.find(':');
    const bool has_password = host != std::string_view::npos && colon < host;
    const std::size_t shown = scheme + 3 + (has_password ? colon + 1 : 0);
    write(text.substr(0, shown));
    if (has_password) write("***");
    text.remove_prefix(has_password ? scheme + 3 + host : shown);
  }
  write(text);
}

std::array<std::string_view, 2> LogRing::pieces() const {
  const std::string_view all(characters_.data(), size);
  const std::uint32_t next = end_ % size;
  return {all.substr(end_ < size ? size : next), all.substr(0, next)};
}

}  // namespace base

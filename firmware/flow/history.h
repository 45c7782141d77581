// SPDX-License-Identifier: MPL-2.0
// The shell's last lines.
#pragma once

#include "base/text.h"

namespace flow {

class History {
 public:
  static constexpr std::size_t capacity = 16;

  void add(std::string_view line) {
    if (line.empty() || (count_ > 0 && back(1) == line)) return;
    lines_[next_++ % capacity].assign(line);
    if (count_ < capacity) ++count_;
  }
  std::size_t count() const { return count_; }
  /// 1 is the youngest; `n` is at most count().
  std::string_view back(std::size_t n) const { return lines_[(next_ - n) % capacity]; }

 private:
  std::array<base::Text<256>, capacity> lines_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace flow

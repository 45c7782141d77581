// SPDX-License-Identifier: MPL-2.0
// The rules that were looked at for one decision, in order, and what came of each. Bounded.
#pragma once

#include <string>
#include <vector>

namespace chainload::core {

struct Tried {
  std::string rule;  // its full name
  bool matched = false;
  std::string why;
};

/// The first thousand rules tried; the others are counted. What answered is always shown, last.
class Trace {
 public:
  static constexpr std::size_t kept = 1000;

  bool is_full() const { return list_.size() >= kept; }
  void add(Tried tried) {
    if (is_full()) {
      ++not_shown_;
    } else {
      list_.push_back(std::move(tried));
    }
  }
  void add_answer(Tried tried) { list_.push_back(std::move(tried)); }
  void add_not_shown(std::size_t count) { not_shown_ += count; }

  /// How many were tried between the last shown and the one that answered.
  std::size_t not_shown() const { return not_shown_; }
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  const Tried& operator[](std::size_t i) const { return list_[i]; }
  const Tried& front() const { return list_.front(); }
  const Tried& back() const { return list_.back(); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

 private:
  std::vector<Tried> list_;
  std::size_t not_shown_ = 0;
};

}  // namespace chainload::core

// SPDX-License-Identifier: MPL-2.0
// What is wrong with what an administrator wrote: each thing with its path, its place in the file, and the
// remedy.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chainload::core {

struct Problem {
  std::string path;      // `rules[3].match.arch[1]`
  std::string place;     // `kea.conf:12:5`, or empty
  std::string sentence;  // names the value and what to write instead

  /// `rules[3].match.arch[1] (kea.conf:12:5): …`
  std::string text() const { return path + (place.empty() ? "" : " (" + place + ")") + ": " + sentence; }
};

/// `rules[3]` and `match` to `rules[3].match`; a path may be empty.
inline std::string joined(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}
inline std::string joined(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

/// Collects, so that all of a text's faults are told at once; keeps the first few and counts the rest.
class Problems {
 public:
  static constexpr std::size_t kept = 20;

  void add(std::string path, std::string place, std::string sentence) {
    if (list_.size() < kept) list_.push_back({std::move(path), std::move(place), std::move(sentence)});
    ++seen_;
  }
  bool empty() const { return seen_ == 0; }
  std::size_t seen() const { return seen_; }
  const std::vector<Problem>& list() const { return list_; }

  /// All that were kept, a semicolon between them, and how many more there are. Empty when there are none.
  std::string text() const;

 private:
  std::vector<Problem> list_;
  std::size_t seen_ = 0;
};

}  // namespace chainload::core

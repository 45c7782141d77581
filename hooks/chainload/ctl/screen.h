// SPDX-License-Identifier: MPL-2.0
// What is shown to people: tables, colours on a terminal only, JSON laid out to be read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/rules/value.h"

namespace chainload::ctl {

enum class Colour { none, good, bad, dim, strong };

/// Whether standard output is coloured from now on.
void set_colours(bool on);
bool colours_wanted(const std::string& choice);  // `auto`, `always`, `never`

/// The text in that colour, or as it is.
std::string coloured(std::string_view text, Colour colour);

struct Cell {
  Cell(std::string shown, Colour in = Colour::none) : text(std::move(shown)), colour(in) {}
  Cell(const char* shown, Colour in = Colour::none) : text(shown), colour(in) {}
  std::string text;
  Colour colour = Colour::none;
};

/// Columns as wide as their widest cell, two spaces between them, none behind the last.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<std::string> head_;
  std::vector<std::vector<Cell>> rows_;
};

/// Indented by two; what fits on one line stands on one line. Ends with a newline.
std::string laid_out_json(const core::Value& value);

/// `1 rule`, `2 rules`.
std::string counted(std::size_t count, const std::string& noun);

}  // namespace chainload::ctl

// SPDX-License-Identifier: MPL-2.0
// Reading by events: the tree is ours, so that it is never deeper, wider or larger than allowed.
#include <limits>
#include <nlohmann/json.hpp>

#include "core/facts/text.h"
#include "json_text.h"

namespace chainload::store {
namespace {

using core::Value;

/// Follows the octets as the lexer takes them and remembers where the last value or key began.
class Tracker {
 public:
  void took(char c) {
    const std::size_t here = offset_++;
    if (c == '\n') {
      ++line_;
      line_start_ = offset_;
    }
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      return;
    }
    const bool separates =
        c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',' || c == ':' || c == ']' || c == '}';
    if (!separates && (between_ || c == '"' || c == '{' || c == '[')) {
      token_line_ = line_;
      token_column_ = here - line_start_ + 1;
    }
    between_ = separates || c == '{' || c == '[';
    in_string_ = c == '"';
  }

  std::string token_place() const {
    return std::to_string(token_line_) + ":" + std::to_string(token_column_);
  }
  std::string place() const {
    return std::to_string(line_) + ":" + std::to_string(std::max<std::size_t>(offset_ - line_start_, 1));
  }

 private:
  std::size_t offset_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t token_line_ = 1;
  std::size_t token_column_ = 1;
  bool in_string_ = false;
  bool escaped_ = false;
  bool between_ = true;
};

/// A pointer that reports each octet it passes.
class TrackedOctet {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedOctet(const char* at, Tracker& tracker) : at_(at), tracker_(&tracker) {}
  reference operator*() const { return *at_; }
  TrackedOctet& operator++() {
    tracker_->took(*at_++);
    return *this;
  }
  TrackedOctet operator++(int) {
    TrackedOctet before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TrackedOctet& other) const { return at_ == other.at_; }
  bool operator!=(const TrackedOctet& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  Tracker* tracker_;
};

/// Builds the tree. The names of its public members are the library's.
class Builder {
 public:
  /// With `take`, the text must be a list, and its items go there.
  Builder(const Tracker& tracker, const std::function<bool(Value)>* take) : tracker_(tracker), take_(take) {}

  bool null() { return add(Value()); }
  bool boolean(bool claim) { return add(Value(claim)); }
  bool number_integer(std::int64_t number) { return add(Value(number)); }
  bool number_unsigned(std::uint64_t number) {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return fail(tracker_.token_place(), "the number is too large: write one below 2^63");
    }
    return add(Value(static_cast<std::int64_t>(number)));
  }
  bool number_float(double number, const std::string&) { return add(Value(number)); }
  bool string(std::string& text) { return add(Value(std::move(text))); }
  bool binary(std::vector<std::uint8_t>&) { return false; }

  bool start_object(std::size_t) { return open(true); }
  bool start_array(std::size_t) { return open(false); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Value::Map& members = open_.back().members;
    if (members.size() == most_members) {
      return fail(tracker_.token_place(), "the map has more than " + std::to_string(most_members) +
                                              " members: no rule needs so many");
    }
    for (const Value::Member& member : members) {
      if (member.key == name) {
        return fail(tracker_.token_place(), "the key " + core::in_quotes(name) + " stands twice: keep one");
      }
    }
    members.push_back({std::move(name), Value()});
    return true;
  }

  template <class Error>
  bool parse_error(std::size_t, const std::string&, const Error& error) {
    std::string_view what = error.what();
    // The library's own number and place stand before the first `: `.
    if (const std::size_t colon = what.find(": "); colon != std::string_view::npos)
      what.remove_prefix(colon + 2);
    return fail(tracker_.place(), "this is not JSON: " + core::printable(what.substr(0, 200)));
  }

  std::string fault;
  std::optional<Value> whole;

 private:
  struct Open {
    bool is_map;
    std::string place;
    Value::List items;
    Value::Map members;
  };

  bool fail(const std::string& place, const std::string& sentence) {
    if (fault.empty()) fault = place + ": " + sentence;
    return false;
  }

  bool open(bool is_map) {
    if (open_.size() == core::max_value_depth) {
      return fail(tracker_.token_place(), "this is nested deeper than " +
                                              std::to_string(core::max_value_depth) + ": no rule needs that");
    }
    if (open_.empty() && take_ != nullptr && is_map) {
      return fail(tracker_.token_place(), "it is a map: write a list of rules, [ … ]");
    }
    open_.push_back({is_map, tracker_.token_place(), {}, {}});
    return true;
  }

  bool close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    Value value = done.is_map ? Value(std::move(done.members)) : Value(std::move(done.items));
    value.place = std::move(done.place);
    return put(std::move(value));
  }

  bool add(Value value) {
    if (open_.empty() && take_ != nullptr) {
      return fail(tracker_.token_place(),
                  "it is " + std::string(kind_text(value.kind())) + ": write a list of rules, [ … ]");
    }
    value.place = tracker_.token_place();
    return put(std::move(value));
  }

  bool put(Value value) {
    if (open_.empty()) {
      whole = std::move(value);
    } else if (open_.back().is_map) {
      open_.back().members.back().value = std::move(value);
    } else if (open_.size() == 1 && take_ != nullptr) {
      return (*take_)(std::move(value));
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  const Tracker& tracker_;
  const std::function<bool(Value)>* take_;
  std::vector<Open> open_;
};

JsonReading read(std::string_view text, const std::function<bool(Value)>* take) {
  if (text.size() > longest_text) {
    return {std::nullopt, "1:1: the text has " + std::to_string(text.size()) + " octets; " +
                              std::to_string(longest_text) + " are allowed"};
  }
  Tracker tracker;
  Builder builder(tracker, take);
  const bool is_whole = nlohmann::json::sax_parse(TrackedOctet(text.data(), tracker),
                                                  TrackedOctet(text.data() + text.size(), tracker), &builder);
  if (!is_whole) return {std::nullopt, std::move(builder.fault)};
  return {std::move(builder.whole), {}};
}

}  // namespace

JsonReading read_json(std::string_view text) {
  return read(text, nullptr);
}

std::string read_json_items(std::string_view text, const std::function<bool(Value)>& take) {
  return read(text, &take).fault;
}

}  // namespace chainload::store

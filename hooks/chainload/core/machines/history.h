// SPDX-License-Identifier: MPL-2.0
// The last answers to one machine, in a fixed number of octets: the oldest make room for the newest.
#pragma once

#include <string>
#include <vector>

#include "fingerprint.h"
#include "moment.h"
#include "stage.h"

namespace chainload::core::machines {

/// One round: a DISCOVER and the REQUEST of the same xid that were answered alike are one.
struct Answered {
  Instant time{};              // of the newest query
  std::uint16_t messages = 0;  // bits of message_bit
  std::uint16_t queries = 0;
  std::uint32_t xid = 0;
  Fingerprint print;
  Outcome outcome{};
  Because because{};
  Stage stage{};
  bool by_fallback = false;  // the loop guard's answer took the place of this one
  std::optional<Ipv4> next_server;
  std::string_view source;  // of the rule; empty for the parameters' own table
  std::string_view rule;
  std::string_view boot_file;  // empty: none given

  std::string full_name() const;
};

class History {
 public:
  static constexpr std::size_t capacity = 640;  // of 2 to about 7 answers
  /// Longer sources and rules are cut: a rule's own name has 64 at most, a source ends in the name of a
  /// scope.
  static constexpr std::size_t longest_name = 96;

  History() {}  // the octets stay as they are: a machine is made while a packet waits

  void add(const Answered& answered);

  /// Oldest first; the views live as long as the history is not changed.
  std::vector<Answered> list() const;

 private:
  struct Entry;  // as it stands among the octets, the texts after it

  std::size_t len_of(std::size_t at) const;
  bool merge(const Answered& answered, std::string_view source, std::string_view rule);
  void drop_oldest();

  std::uint16_t used_ = 0;
  std::uint16_t newest_ = 0;  // where it begins
  std::array<std::uint8_t, capacity> octets_;
};

}  // namespace chainload::core::machines

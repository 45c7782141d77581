// SPDX-License-Identifier: MPL-2.0
// Entries one after another: a fixed part, then source, rule and boot file.
#include "history.h"

#include <cstring>
#include <limits>

namespace chainload::core::machines {

struct History::Entry {
  Instant time;
  std::uint32_t xid;
  Fingerprint print;
  std::uint32_t next_server;
  std::uint16_t messages;
  std::uint16_t queries;
  Outcome outcome;
  Because because;
  Stage stage;
  bool by_fallback;
  bool has_next_server;
  std::uint8_t source_len;
  std::uint8_t rule_len;
  std::uint8_t boot_file_len;
};

namespace {

std::string_view shortened(std::string_view name) {
  return name.substr(0, std::min(name.size(), History::longest_name));
}

}  // namespace

std::string Answered::full_name() const {
  return source.empty() ? std::string(rule) : std::string(source) + "/" + std::string(rule);
}

void History::add(const Answered& answered) {
  static_assert(sizeof(Entry) + 2 * longest_name + Template::longest <= capacity);
  static_assert(Template::longest <= std::numeric_limits<std::uint8_t>::max());
  const std::string_view source = shortened(answered.source);
  const std::string_view rule = shortened(answered.rule);
  const std::string_view boot_file = answered.boot_file.substr(0, Template::longest);
  if (merge(answered, source, rule)) return;

  const std::size_t len = sizeof(Entry) + source.size() + rule.size() + boot_file.size();
  while (len > capacity - used_) drop_oldest();
  const Entry entry{answered.time,
                    answered.xid,
                    answered.print,
                    static_cast<std::uint32_t>(answered.next_server.value_or(Ipv4::unset)),
                    answered.messages,
                    answered.queries,
                    answered.outcome,
                    answered.because,
                    answered.stage,
                    answered.by_fallback,
                    answered.next_server.has_value(),
                    static_cast<std::uint8_t>(source.size()),
                    static_cast<std::uint8_t>(rule.size()),
                    static_cast<std::uint8_t>(boot_file.size())};
  newest_ = used_;
  std::uint8_t* at = octets_.data() + used_;
  std::memcpy(at, &entry, sizeof(Entry));
  at += sizeof(Entry);
  for (const std::string_view text : {source, rule, boot_file}) at = std::copy(text.begin(), text.end(), at);
  used_ = static_cast<std::uint16_t>(used_ + len);
}

std::vector<Answered> History::list() const {
  std::vector<Answered> answers;
  for (std::size_t at = 0; at < used_; at += len_of(at)) {
    Entry entry;
    std::memcpy(&entry, octets_.data() + at, sizeof(Entry));
    const std::string_view texts =
        as_text(Bytes(octets_).subspan(at + sizeof(Entry), len_of(at) - sizeof(Entry)));
    Answered answered;
    answered.time = entry.time;
    answered.messages = entry.messages;
    answered.queries = entry.queries;
    answered.xid = entry.xid;
    answered.print = entry.print;
    answered.outcome = entry.outcome;
    answered.because = entry.because;
    answered.stage = entry.stage;
    answered.by_fallback = entry.by_fallback;
    if (entry.has_next_server) answered.next_server = Ipv4{entry.next_server};
    answered.source = texts.substr(0, entry.source_len);
    answered.rule = texts.substr(entry.source_len, entry.rule_len);
    answered.boot_file = texts.substr(entry.source_len + std::size_t{entry.rule_len});
    answers.push_back(answered);
  }
  return answers;
}

std::size_t History::len_of(std::size_t at) const {
  Entry entry;
  std::memcpy(&entry, octets_.data() + at, sizeof(Entry));
  return sizeof(Entry) + entry.source_len + entry.rule_len + entry.boot_file_len;
}

bool History::merge(const Answered& answered, std::string_view source, std::string_view rule) {
  if (used_ == 0) return false;
  Entry entry;
  std::memcpy(&entry, octets_.data() + newest_, sizeof(Entry));
  const auto texts =
      as_text(Bytes(octets_).subspan(newest_ + sizeof(Entry), len_of(newest_) - sizeof(Entry)));
  const auto kept_rule = texts.substr(entry.source_len, entry.rule_len);
  const bool is_same =
      entry.xid == answered.xid && entry.print == answered.print && entry.outcome == answered.outcome &&
      entry.because == answered.because && entry.by_fallback == answered.by_fallback &&
      entry.next_server == static_cast<std::uint32_t>(answered.next_server.value_or(Ipv4::unset)) &&
      entry.has_next_server == answered.next_server.has_value() &&
      texts.substr(0, entry.source_len) == source && kept_rule == rule &&
      texts.substr(entry.source_len + std::size_t{entry.rule_len}) == answered.boot_file;
  // A machine that makes its xids from its MAC has the same one in its next round: that begins with a
  // DISCOVER.
  const bool begins_anew = (answered.messages & message_bit::of(message::discover)) != 0 &&
                           (entry.messages & message_bit::of(message::request)) != 0;
  if (!is_same || begins_anew) return false;
  entry.time = answered.time;
  entry.messages |= answered.messages;
  if (entry.queries < std::numeric_limits<std::uint16_t>::max()) ++entry.queries;
  std::memcpy(octets_.data() + newest_, &entry, sizeof(Entry));
  return true;
}

void History::drop_oldest() {
  const std::size_t len = len_of(0);
  std::memmove(octets_.data(), octets_.data() + len, used_ - len);
  used_ = static_cast<std::uint16_t>(used_ - len);
  newest_ = static_cast<std::uint16_t>(newest_ - std::min<std::size_t>(len, newest_));
}

}  // namespace chainload::core::machines

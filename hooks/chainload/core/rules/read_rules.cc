// SPDX-License-Identifier: MPL-2.0
// Reading a rule list: the keys of a rule itself, and its dates.
#include "read_rules.h"

#include <charconv>
#include <set>

#include "core/facts/text.h"
#include "read_parts.h"

namespace chainload::core {
namespace {

constexpr std::size_t longest_name = 64;

/// Names stand in log lines, statistics and commands.
std::string read_name(const Reading& at) {
  const auto name = at.string();
  if (!name) return {};
  const bool plain =
      !name->empty() && name->size() <= longest_name && std::all_of(name->begin(), name->end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
      });
  if (!plain) {
    at.fail(in_quotes(*name) + " is no name for a rule: write 1 to " + std::to_string(longest_name) +
            " letters, digits, hyphens, dots or underscores");
    return {};
  }
  return *name;
}

std::optional<Instant> read_instant(const Reading& at) {
  const auto text = at.string();
  if (!text) return std::nullopt;
  const auto instant = parse_instant(*text);
  if (!instant) {
    at.fail(in_quotes(*text) + " is no point in time: write it in UTC as in \"2026-11-22T21:30:00Z\"");
  }
  return instant;
}

bool read_client(const Reading& at) {
  const auto text = at.string();
  if (!text || *text == "boot") return false;
  if (*text == "any") return true;
  at.fail(in_quotes(*text) + " is neither \"boot\" nor \"any\": write one of them");
  return false;
}

/// The types that a top-level message-type names are kept by bit; its condition is then not needed any more.
void take_message_types(Rule& rule) {
  auto& conditions = rule.match.conditions;
  for (auto each = conditions.begin(); each != conditions.end(); ++each) {
    if (each->key != MatchKey::message_type) continue;
    rule.messages = 0;
    for (const std::uint32_t type : each->numbers) {
      rule.messages |= message_bit::of(static_cast<std::uint8_t>(type));
    }
    conditions.erase(each);
    return;
  }
}

Rule read_rule(const Reading& at) {
  Rule rule;
  rule.place = at.place();
  bool has_boot = false;
  const bool is_map = at.each_member([&](const std::string& key, const Reading& value) {
    if (key == "name") {
      rule.name = read_name(value);
    } else if (key == "enabled") {
      rule.enabled = value.boolean().value_or(true);
    } else if (key == "not-before") {
      rule.not_before = read_instant(value);
    } else if (key == "not-after") {
      rule.not_after = read_instant(value);
    } else if (key == "client") {
      rule.any_client = read_client(value);
    } else if (key == "match") {
      rule.match = read_match(value);
    } else if (key == "boot") {
      has_boot = true;
      rule.boot = read_boot(value);
    } else if (key == "reply") {
      rule.reply = read_reply(value);
    } else {
      fail_unknown_key(value, "boot, client, enabled, match, name, not-after, not-before, reply");
    }
  });
  if (!is_map) return rule;
  take_message_types(rule);
  if (at.value().find("name") == nullptr) {
    at.fail("the rule has no name: give it one, such as \"gpxe-gets-script\"");
  }
  if (!has_boot) {
    at.fail(
        "the rule has no boot: write \"boot\": { \"boot-file-name\": \"…\" }, or { \"pass\": true }, or { "
        "\"deny\": true }");
  }
  if (rule.not_before && rule.not_after && *rule.not_after < *rule.not_before) {
    at.fail("not-after lies before not-before, so that the rule never holds: exchange the two");
  }
  return rule;
}

/// `digits` decimal ones, taken off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int number = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc{} || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || (text[0] | 0x20) != (wanted | 0x20)) return false;
  text.remove_prefix(1);
  return true;
}

std::string two_digits(long long number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

void fail_unknown_key(const Reading& at, std::string_view known) {
  at.fail("there is no such key: remove it or correct its name; known are " + std::string(known));
}

std::vector<Rule> read_rules(const Value& list, const std::string& path, Problems& problems) {
  std::vector<Rule> rules;
  std::set<std::string, std::less<>> names;
  const Reading whole(list, path, problems);
  if (list.list() != nullptr) rules.reserve(list.list()->size());
  whole.each([&](const Reading& item) {
    const std::size_t before = problems.seen();
    Rule rule = read_rule(item);
    if (problems.seen() != before) return;
    if (!names.insert(rule.name).second) {
      item.fail("the name " + in_quotes(rule.name) +
                " is taken by an earlier rule of this list: choose another");
      return;
    }
    rules.push_back(std::move(rule));
  });
  return rules;
}

std::optional<Instant> parse_instant(std::string_view text) {
  using namespace std::chrono;
  const auto y = take_number(text, 4);
  const auto m = y && take(text, '-') ? take_number(text, 2) : std::nullopt;
  const auto d = m && take(text, '-') ? take_number(text, 2) : std::nullopt;
  const auto hour = d && take(text, 'T') ? take_number(text, 2) : std::nullopt;
  const auto minute = hour && take(text, ':') ? take_number(text, 2) : std::nullopt;
  const auto second = minute && take(text, ':') ? take_number(text, 2) : std::nullopt;
  if (!second || !take(text, 'Z') || !text.empty()) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second);
}

std::string instant_text(Instant instant) {
  using namespace std::chrono;
  const sys_days day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day())) + "T" + two_digits(time.hours().count()) + ":" +
         two_digits(time.minutes().count()) + ":" + two_digits(time.seconds().count()) + "Z";
}

}  // namespace chainload::core

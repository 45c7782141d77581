// SPDX-License-Identifier: MPL-2.0
// Reading a match object: each key's values, checked and sorted.
#include <functional>

#include "built_in.h"
#include "core/facts/compose.h"
#include "core/facts/text.h"
#include "read_parts.h"

namespace chainload::core {
namespace {

using ReadItem = void (*)(const Reading&, Condition&);

/// How a key is written and what its values are.
struct KeyReading {
  std::string_view name;
  MatchKey key;
  bool several;  // a client can have several values, or patterns can overlap: `all` makes sense
  ReadItem read;
};

std::string as_string(Bytes octets) {
  return std::string(as_text(octets));
}

void read_text(const Reading& at, Condition& condition) {
  const auto text = at.string();
  if (!text) return;
  if (text->empty() || text->size() > 255) {
    at.fail("it is " + std::to_string(text->size()) + " octets long: write 1 to 255");
    return;
  }
  condition.exact.push_back(*text);
}

/// Text, `*` in it for any octets; `0x…` is octets in hex.
void read_octets(const Reading& at, Condition& condition) {
  const auto text = at.string();
  if (!text) return;
  if (text->starts_with("0x")) {
    const auto octets = parse_hex(std::string_view(*text).substr(2));
    if (!octets || octets->empty() || octets->size() > 255) {
      at.fail(in_quotes(*text) +
              " is not hexadecimal: write an even number of digits after 0x, for 1 to 255 octets");
      return;
    }
    condition.exact.push_back(as_string(*octets));
    return;
  }
  if (text->find('*') == std::string::npos) {
    read_text(at, condition);
  } else if (text->size() > 255) {
    at.fail("it is " + std::to_string(text->size()) + " octets long: write at most 255");
  } else {
    condition.patterns.push_back(*text);
  }
}

void read_mac(const Reading& at, Condition& condition) {
  const auto text = at.string();
  if (!text) return;
  std::string_view digits = *text;
  const bool is_prefix = digits.ends_with(":*") || digits.ends_with("-*");
  if (is_prefix) digits.remove_suffix(2);
  const auto octets = parse_mac(digits);
  if (!octets) {
    at.fail(in_quotes(*text) +
            " is no hardware address: write one such as \"52:54:00:77:00:01\", or the beginning of one and a "
            "* as "
            "in \"52:54:00:*\"");
    return;
  }
  (is_prefix ? condition.patterns : condition.exact).push_back(as_string(*octets));
}

void read_uuid(const Reading& at, Condition& condition) {
  const auto text = at.string();
  if (!text) return;
  const auto octets = parse_uuid(*text);
  if (octets) {
    condition.exact.push_back(as_string(*octets));
  } else {
    at.fail(in_quotes(*text) + " is no UUID: write one such as \"cf2ed26c-0102-0304-0506-0708090a0b0c\"");
  }
}

void read_address(const Reading& at, Condition& condition) {
  const auto text = at.string();
  if (!text) return;
  const auto address = parse_ipv4(*text);
  if (address && *address != Ipv4::unset) {
    condition.numbers.push_back(static_cast<std::uint32_t>(*address));
  } else {
    at.fail(in_quotes(*text) + " is not an IPv4 address: write four numbers, such as \"192.0.2.1\"");
  }
}

/// Absent, and a problem, when it is not from `least` to `most`.
std::optional<std::uint32_t> read_number(const Reading& at, std::int64_t least, std::int64_t most,
                                         std::string_view what) {
  const std::int64_t number = *at.value().integer();
  if (number >= least && number <= most) return static_cast<std::uint32_t>(number);
  at.fail(std::to_string(number) + " is no " + std::string(what) + ": write a number from " +
          std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

void read_subnet(const Reading& at, Condition& condition) {
  if (at.value().integer() != nullptr) {
    if (const auto id = read_number(at, 1, 0xfffffffe, "subnet id")) condition.numbers.push_back(*id);
    return;
  }
  const std::string* const text = at.value().string();
  const std::size_t slash = text == nullptr ? std::string::npos : text->find('/');
  if (slash == std::string::npos || !parse_ipv4(std::string_view(*text).substr(0, slash))) {
    at.fail((text == nullptr ? "it is " + std::string(kind_text(at.value().kind())) : in_quotes(*text)) +
            ", no subnet: write its id as a number, or its prefix as the server writes it, such as "
            "\"192.0.2.0/24\"");
    return;
  }
  condition.exact.push_back(*text);
}

void read_arch(const Reading& at, Condition& condition) {
  if (at.value().integer() != nullptr) {
    if (const auto number = read_number(at, 0, 0xffff, "architecture")) condition.numbers.push_back(*number);
    return;
  }
  const auto text = at.string();
  if (!text) return;
  const auto number = architecture_by_name(*text);
  if (number) {
    condition.numbers.push_back(*number);
  } else {
    at.fail(in_quotes(*text) +
            " is no architecture: write a name such as \"x86-bios\", \"x64-uefi\" or \"arm64-uefi\", or a "
            "number");
  }
}

void read_feature(const Reading& at, Condition& condition) {
  if (at.value().integer() != nullptr) {
    if (const auto code = read_number(at, etherboot::first_feature, etherboot::last_feature, "feature")) {
      condition.numbers.push_back(*code);
    }
    return;
  }
  const auto text = at.string();
  if (!text) return;
  for (std::uint8_t code = etherboot::first_feature; code <= etherboot::last_feature; ++code) {
    if (!text->empty() && feature_name(code) == *text) {
      condition.numbers.push_back(code);
      return;
    }
  }
  at.fail(in_quotes(*text) +
          " is no feature: write a name such as \"http\" or \"bzimage\", or its number in option 175");
}

void read_message_type(const Reading& at, Condition& condition) {
  const auto text = at.string();
  if (!text) return;
  std::string upper = *text;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::uint8_t type : {message::bootp, message::discover, message::request, message::inform}) {
    const std::string known = message_name(type);
    if (upper != known && "DHCP" + upper != known) continue;
    condition.numbers.push_back(type);
    return;
  }
  at.fail(in_quotes(*text) +
          " is no message that is answered with a boot file: write \"discover\", \"request\", \"inform\" or "
          "\"bootp\"");
}

constexpr std::array<KeyReading, match_keys> key_readings = {{
    {"message-type", MatchKey::message_type, false, read_message_type},
    {"subnet", MatchKey::subnet, false, read_subnet},
    {"relay", MatchKey::relay, false, read_address},
    {"arch", MatchKey::arch, true, read_arch},
    {"mac", MatchKey::mac, false, read_mac},
    {"uuid", MatchKey::uuid, false, read_uuid},
    {"user-class", MatchKey::user_class, true, read_text},
    {"vendor-class", MatchKey::vendor_class, true, read_octets},
    {"feature", MatchKey::feature, true, read_feature},
    {"circuit-id", MatchKey::circuit_id, true, read_octets},
    {"remote-id", MatchKey::remote_id, true, read_octets},
    {"shared-network", MatchKey::shared_network, false, read_text},
    {"client-class", MatchKey::client_class, true, read_text},
}};

template <class T>
void sort_once(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  values.shrink_to_fit();
}

void read_items(const Reading& at, const KeyReading& how, Condition& condition) {
  if (at.value().list() == nullptr) {
    how.read(at, condition);
    return;
  }
  if (at.value().list()->empty()) {
    at.fail(
        "the list is empty and no client would ever match: name at least one value, or leave the key out");
    return;
  }
  at.each([&](const Reading& item) { how.read(item, condition); });
}

Condition read_condition(const Reading& at, const KeyReading& how) {
  Condition condition;
  condition.key = how.key;
  if (at.value().map() == nullptr) {
    read_items(at, how, condition);
  } else if (!how.several) {
    at.fail("a client has one " + std::string(how.name) +
            " only: write a value, or a list of which any may match");
  } else {
    condition.all = true;
    at.each_member([&](const std::string& key, const Reading& value) {
      if (key != "all") {
        fail_unknown_key(value, "all");
      } else if (value.value().list() == nullptr) {
        value.fail("it is " + std::string(kind_text(value.value().kind())) + ": write a list, [ … ]");
      } else {
        read_items(value, how, condition);
      }
    });
    if (at.value().map()->empty()) at.fail("it is empty: write { \"all\": [ … ] }, a value, or a list");
  }
  sort_once(condition.exact);
  sort_once(condition.patterns);
  sort_once(condition.numbers);
  return condition;
}

void read_not(const Reading& at, Match& match) {
  const auto read_one = [&](const Reading& item) {
    if (item.value().map() != nullptr && item.value().map()->empty()) {
      item.fail(
          "it is empty, matches everybody, and so its not would match nobody: name what is not to match");
      return;
    }
    match.negated.push_back(read_match(item));
  };
  if (at.value().list() == nullptr) {
    read_one(at);
  } else if (at.value().list()->empty()) {
    at.fail("the list is empty: name what is not to match, or leave the key out");
  } else {
    at.each(read_one);
  }
}

}  // namespace

std::string_view name_of(MatchKey key) {
  return key_readings[static_cast<std::size_t>(key)].name;
}

Match read_match(const Reading& at) {
  Match match;
  at.each_member([&](const std::string& key, const Reading& value) {
    if (key == "not") {
      read_not(value, match);
      return;
    }
    const auto how = std::find_if(key_readings.begin(), key_readings.end(),
                                  [&](const KeyReading& each) { return each.name == key; });
    if (how == key_readings.end()) {
      std::string known;
      for (const KeyReading& each : key_readings) known += std::string(each.name) + ", ";
      fail_unknown_key(value, known + "not");
      return;
    }
    match.conditions.push_back(read_condition(value, *how));
  });
  std::sort(match.conditions.begin(), match.conditions.end(),
            [](const Condition& a, const Condition& b) { return a.key < b.key; });
  match.conditions.shrink_to_fit();
  return match;
}

}  // namespace chainload::core

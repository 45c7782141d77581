// SPDX-License-Identifier: MPL-2.0
// Reading the arguments of an override, and writing them again.
#include "core/facts/text.h"
#include "core/rules/read_parts.h"
#include "override.h"

namespace chainload::core::machines {
namespace {

constexpr std::array<std::string_view, 4> addressees = {"able", "first", "second", "any"};
constexpr std::size_t longest_reason = 256;

void read_target(const Reading& at, KeyKind kind, OverrideRequest& request) {
  const auto text = at.string();
  if (!text) return;
  if (!request.target.is_none()) {
    at.fail("mac and uuid stand both: an override is for one machine, keep one of them");
    return;
  }
  request.target = read_machine_key(*text);
  if (request.target.kind() == kind) return;
  request.target = {};
  if (kind == KeyKind::hardware_address) {
    at.fail(in_quotes(*text) + " is no MAC address of a machine: write it as 52:54:00:12:34:56");
  } else {
    at.fail(in_quotes(*text) +
            " is no UUID of a single machine: write it as its firmware prints it, as in "
            "0a1b2c3d-0001-0002-0003-0a0b0c0d0e0f, or use mac where boards share it");
  }
}

std::optional<std::int64_t> read_number(const Reading& at, std::int64_t most) {
  const std::int64_t* const number = at.value().integer();
  if (number != nullptr && *number >= 1 && *number <= most) return *number;
  at.fail(
      (number != nullptr ? std::to_string(*number) : "it is " + std::string(kind_text(at.value().kind()))) +
      ": write a whole number from 1 to " + std::to_string(most));
  return std::nullopt;
}

void read_addressee(const Reading& at, OverrideRequest& request) {
  const auto text = at.string();
  if (!text) return;
  const auto found = std::find(addressees.begin(), addressees.end(), *text);
  if (found == addressees.end()) {
    at.fail(in_quotes(*text) + " is none of able, first, second, any: write one of them");
  } else {
    request.addressee = static_cast<Addressee>(found - addressees.begin());
  }
}

void read_member(const std::string& key, const Reading& at, OverrideRequest& request) {
  if (key == "mac") {
    read_target(at, KeyKind::hardware_address, request);
  } else if (key == "uuid") {
    read_target(at, KeyKind::uuid, request);
  } else if (key == "boot") {
    request.rule.boot = read_boot(at);
    request.boot = at.value();
  } else if (key == "reply") {
    request.rule.reply = read_reply(at);
    request.reply = at.value();
  } else if (key == "for") {
    read_addressee(at, request);
  } else if (key == "uses") {
    if (const auto uses = read_number(at, most_uses)) request.uses = static_cast<std::uint32_t>(*uses);
  } else if (key == "expires-in") {
    if (const auto span = read_number(at, longest_lifetime.count())) {
      request.lifetime = std::chrono::seconds(*span);
    }
  } else if (key == "reason") {
    request.reason = at.string().value_or("");
    if (request.reason.size() > longest_reason) {
      at.fail("it has more than " + std::to_string(longest_reason) + " octets: write a shorter one");
    }
  } else {
    fail_unknown_key(at, "boot, expires-in, for, mac, reason, reply, uses, uuid");
  }
}

}  // namespace

std::optional<OverrideRequest> read_override(const Value& map, const std::string& path, Problems& problems) {
  const std::size_t before = problems.seen();
  OverrideRequest request;
  const Reading at(map, path, problems);
  const bool is_map =
      at.each_member([&](const std::string& key, const Reading& value) { read_member(key, value, request); });
  if (is_map) {
    if (map.find("mac") == nullptr && map.find("uuid") == nullptr) {
      at.fail("mac and uuid are both missing: write one, to say which machine is meant");
    }
    if (map.find("boot") == nullptr) {
      at.fail("boot is missing: write what the machine is to boot, as in a rule");
    }
  }
  if (problems.seen() != before) return std::nullopt;
  request.rule.name = request.target.text();
  return request;
}

Value override_value(const OverrideRequest& request) {
  Value::Map map;
  const bool is_uuid = request.target.kind() == KeyKind::uuid;
  map.push_back({is_uuid ? "uuid" : "mac", Value(request.target.text())});
  map.push_back({"boot", request.boot});
  if (!request.reply.is(Value::Kind::null)) map.push_back({"reply", request.reply});
  map.push_back({"for", Value(std::string(addressees[static_cast<std::size_t>(request.addressee)]))});
  if (request.uses) map.push_back({"uses", Value(std::int64_t{*request.uses})});
  map.push_back({"expires-in", Value(std::int64_t{request.lifetime.count()})});
  if (!request.reason.empty()) map.push_back({"reason", Value(request.reason)});
  return Value(std::move(map));
}

}  // namespace chainload::core::machines

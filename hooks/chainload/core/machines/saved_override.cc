// SPDX-License-Identifier: MPL-2.0
// Writing and reading the records. What was saved is read as strictly as what a command brings.
#include "saved_override.h"

#include <limits>

#include "core/rules/reading.h"

namespace chainload::core::machines::saved {
namespace {

constexpr std::string_view set_key = "override-set";
constexpr std::string_view del_key = "override-del";
constexpr std::string_view boot_key = "override-boot";
constexpr std::string_view revision_key = "overrides-revision";
constexpr std::int64_t most_serials = std::numeric_limits<std::int64_t>::max() - 1;
/// In the far future, and far from where sums overflow.
constexpr std::int64_t most_milliseconds = std::int64_t{1} << 52;
constexpr std::int64_t most_seconds = std::int64_t{1} << 42;

Value text(std::string_view text) {
  return Value(std::string(text));
}

/// A whole number from 0 to `most`.
std::optional<std::int64_t> number(const Value& map, std::string_view key, std::int64_t most) {
  const Value* const value = map.find(key);
  const std::int64_t* const found = value == nullptr ? nullptr : value->integer();
  if (found == nullptr || *found < 0 || *found > most) return std::nullopt;
  return *found;
}

std::string string(const Value& map, std::string_view key) {
  const Value* const value = map.find(key);
  return value == nullptr || value->string() == nullptr ? std::string() : *value->string();
}

}  // namespace

Value set_record(const Set& set) {
  const Override& what = *set.what;
  Value::Map map;
  map.push_back({std::string(set_key), override_value(what.asked)});
  map.push_back({"serial", Value(static_cast<std::int64_t>(what.serial))});
  map.push_back({"used", Value(std::int64_t{set.used})});
  map.push_back({"set-at", Value(std::int64_t{what.set.wall.time_since_epoch().count()})});
  map.push_back({"expires-at", Value(std::int64_t{what.expires_wall.time_since_epoch().count()})});
  map.push_back({"expires-steady", Value(std::int64_t{what.expires.count()})});
  if (set.boot_began) map.push_back({"boot-began-steady", Value(std::int64_t{set.boot_began->count()})});
  map.push_back({"boot-id", text(set.boot_id)});
  if (!set.doubt.empty()) map.push_back({"doubt", text(set.doubt)});
  return Value(std::move(map));
}

Value del_record(const MachineKey& target, std::uint64_t serial) {
  Value::Map map;
  map.push_back({std::string(del_key), text(target.text())});
  map.push_back({"serial", Value(static_cast<std::int64_t>(serial))});
  return Value(std::move(map));
}

Value revision_record(std::uint64_t revision) {
  Value::Map map;
  map.push_back({std::string(revision_key), Value(static_cast<std::int64_t>(revision))});
  return Value(std::move(map));
}

Value boot_record(const Boot& boot) {
  Value::Map map;
  map.push_back({std::string(boot_key), text(boot.target.text())});
  map.push_back({"serial", Value(static_cast<std::int64_t>(boot.serial))});
  map.push_back({"used", Value(std::int64_t{boot.used})});
  map.push_back({"began-steady", Value(std::int64_t{boot.began.count()})});
  map.push_back({"boot-id", text(boot.boot_id)});
  return Value(std::move(map));
}

Kind kind_of(const Value& record) {
  if (record.find(set_key) != nullptr) return Kind::set;
  if (record.find(del_key) != nullptr) return Kind::del;
  if (record.find(boot_key) != nullptr) return Kind::boot;
  if (record.find(revision_key) != nullptr) return Kind::revision;
  return Kind::unknown;
}

std::optional<Set> read_set(const Value& record, const std::string& path, Problems& problems) {
  auto request = read_override(*record.find(set_key), joined(path, set_key), problems);
  if (!request) return std::nullopt;
  const auto serial = number(record, "serial", most_serials);
  const auto used = number(record, "used", std::numeric_limits<std::uint32_t>::max());
  const auto set_at = number(record, "set-at", most_seconds);
  const auto expires_at = number(record, "expires-at", most_seconds);
  const auto expires = number(record, "expires-steady", most_milliseconds);
  if (!serial || !used || !set_at || !expires_at || !expires) {
    problems.add(
        path, record.place,
        "serial, used, set-at, expires-at or expires-steady is missing or no whole number: the override "
        "is not applied, set it again");
    return std::nullopt;
  }
  auto what = std::make_shared<Override>();
  what->asked = std::move(*request);
  what->serial = static_cast<std::uint64_t>(*serial);
  what->set.wall = Instant(std::chrono::seconds(*set_at));
  what->expires_wall = Instant(std::chrono::seconds(*expires_at));
  what->expires = Milliseconds(*expires);
  what->set.steady = what->expires - what->asked.lifetime;
  Set set{std::move(what), static_cast<std::uint32_t>(*used), std::nullopt, string(record, "boot-id"),
          string(record, "doubt")};
  if (const auto began = number(record, "boot-began-steady", most_milliseconds)) {
    set.boot_began = Milliseconds(*began);
  }
  return set;
}

std::optional<Boot> read_boot(const Value& record) {
  const MachineKey target = read_machine_key(string(record, boot_key));
  const auto serial = number(record, "serial", most_serials);
  const auto used = number(record, "used", std::numeric_limits<std::uint32_t>::max());
  const auto began = number(record, "began-steady", most_milliseconds);
  if (target.is_none() || !serial || !used || !began) return std::nullopt;
  return Boot{target, static_cast<std::uint64_t>(*serial), static_cast<std::uint32_t>(*used),
              Milliseconds(*began), string(record, "boot-id")};
}

Del read_del(const Value& record) {
  const auto serial = number(record, "serial", most_serials);
  return {read_machine_key(string(record, del_key)), static_cast<std::uint64_t>(serial.value_or(0))};
}

std::optional<std::uint64_t> read_revision(const Value& record) {
  const auto revision = number(record, revision_key, most_serials);
  return revision ? std::optional(static_cast<std::uint64_t>(*revision)) : std::nullopt;
}

}  // namespace chainload::core::machines::saved

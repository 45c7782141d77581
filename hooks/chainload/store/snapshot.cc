// SPDX-License-Identifier: MPL-2.0
// Writing and reading the layout.
#include "snapshot.h"

#include "core/rules/read_rules.h"
#include "json_text.h"

namespace chainload::store {
namespace {

constexpr std::int64_t format = 1;
constexpr std::string_view check_member = ",\"check\":\"";
constexpr std::string_view body_start = "\"rules\":[\n";
constexpr std::string_view body_end = "]}\n";

/// `{"name":"` and the name, of which the canonical text of every rule begins.
std::optional<std::string> name_in(std::string_view json) {
  constexpr std::string_view head = "{\"name\":\"";
  if (!json.starts_with(head)) return std::nullopt;
  json.remove_prefix(head.size());
  const std::size_t end = json.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(json.substr(0, end));
}

/// The rules of a body, a line each; none when it is not laid out so.
std::optional<std::vector<StoredRulePtr>> split_body(std::string_view body) {
  if (!body.starts_with(body_start) || !body.ends_with(body_end)) return std::nullopt;
  body.remove_prefix(body_start.size());
  body.remove_suffix(body_end.size());
  std::vector<StoredRulePtr> rules;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    if (end == std::string_view::npos || rules.size() == most_rules) return std::nullopt;
    std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    if (line.ends_with(',') == body.empty()) return std::nullopt;
    if (!body.empty()) line.remove_suffix(1);
    auto name = name_in(line);
    if (!name) return std::nullopt;
    rules.push_back(make_stored_rule(std::move(*name), std::string(line)));
  }
  return rules;
}

struct Head {
  Stamp stamp;
  std::int64_t rules_count = 0;
};

/// Sets `fault` where it answers nothing.
std::optional<Head> read_head(std::string_view line, std::string& fault) {
  const std::size_t check_at = line.rfind(check_member);
  fault = "its first line is damaged";
  if (check_at == std::string_view::npos) return std::nullopt;
  const auto reading = read_json(std::string(line.substr(0, check_at)) + "}");
  if (!reading.value) return std::nullopt;
  const core::Value* const version = reading.value->find("format");
  if (version == nullptr || version->integer() == nullptr) return std::nullopt;
  if (*version->integer() != format) {
    fault = "it is of format " + std::to_string(*version->integer()) +
            ", and this version of the library knows " + std::to_string(format) +
            ": install the version that wrote it";
    return std::nullopt;
  }
  std::string_view check = line.substr(check_at + check_member.size());
  if (!check.starts_with(hex(sha256(line.substr(0, check_at))) + "\",")) return std::nullopt;
  check.remove_prefix(2 * sizeof(Digest) + 2);
  if (check.find_first_not_of(' ') != std::string_view::npos) return std::nullopt;
  const core::Value* const count = reading.value->find("rules-count");
  const auto stamp = read_stamp(*reading.value);
  if (!stamp || count == nullptr || count->integer() == nullptr) return std::nullopt;
  fault.clear();
  return Head{*stamp, *count->integer()};
}

}  // namespace

std::string stamp_members(const Stamp& stamp) {
  return "\"revision\":" + std::to_string(stamp.revision) + ",\"sha256\":\"" + hex(stamp.digest) +
         "\",\"when\":\"" + core::instant_text(stamp.when) + "\",\"reason\":" + json_string(stamp.reason);
}

std::optional<Stamp> read_stamp(const core::Value& map) {
  const auto member = [&](std::string_view name) {
    const core::Value* const value = map.find(name);
    return value == nullptr ? nullptr : value->string();
  };
  const core::Value* const revision = map.find("revision");
  const std::string* const digest = member("sha256");
  const std::string* const when = member("when");
  const std::string* const reason = member("reason");
  if (revision == nullptr || revision->integer() == nullptr || *revision->integer() < 0) return std::nullopt;
  if (digest == nullptr || when == nullptr || reason == nullptr) return std::nullopt;
  const auto octets = parse_digest(*digest);
  const auto instant = core::parse_instant(*when);
  if (!octets || !instant) return std::nullopt;
  return Stamp{static_cast<std::uint64_t>(*revision->integer()), *octets, *instant, *reason};
}

std::string snapshot_head(const Stamp& stamp, std::size_t rules_count) {
  std::string line = "{\"format\":" + std::to_string(format) +
                     ",\"rules-count\":" + std::to_string(rules_count) + "," + stamp_members(stamp);
  line += std::string(check_member) + hex(sha256(line)) + "\",";
  line.resize(snapshot_head_len - 1, ' ');
  return line + "\n";
}

std::string snapshot_body(const RuleList& rules) {
  std::string text(body_start);
  text.reserve(rules.text_len() + 2 * rules.size() + 64);
  std::size_t left = rules.size();
  rules.each([&](const StoredRule& rule) {
    text += rule.json;
    text += --left == 0 ? "\n" : ",\n";
  });
  text += body_end;
  return text;
}

Snapshot parse_snapshot(std::string_view text) {
  Snapshot snapshot;
  if (text.empty()) {
    snapshot.fault = "it is empty";
    return snapshot;
  }
  const std::string_view line = text.substr(0, text.find('\n'));
  const auto head = read_head(line, snapshot.fault);
  if (!head) return snapshot;
  if (line.size() + 1 != snapshot_head_len || text.size() < snapshot_head_len) {
    snapshot.fault = "it is cut off in its first line";
    return snapshot;
  }
  auto rules = split_body(text.substr(line.size() + 1));
  if (!rules) {
    snapshot.fault = "it is cut off or damaged after its first line";
    return snapshot;
  }
  snapshot.rules = RuleList(*rules);
  if (static_cast<std::int64_t>(rules->size()) != head->rules_count ||
      snapshot.rules.digest() != head->stamp.digest) {
    snapshot.fault =
        "its rules do not have the SHA-256 that its first line names: it is damaged, or was changed by "
        "hand; change rules by command";
    return snapshot;
  }
  snapshot.stamp = head->stamp;
  snapshot.identity = sha256(line);
  return snapshot;
}

}  // namespace chainload::store

// SPDX-License-Identifier: MPL-2.0
// Framing, and what a journal that was cut off or damaged still says.
#include "journal.h"

#include <algorithm>
#include <charconv>

#include "json_text.h"

namespace chainload::store {
namespace {

constexpr std::int64_t format = 1;
constexpr std::string_view check_member = ",\"check\":\"";

Digest chained(const Digest& before, std::string_view payload) {
  return sha256(std::string(as_text(before)) + std::string(payload));
}

/// The record at the front of `text`, or nothing.
std::optional<Journal::Framed> take_record(std::string_view text, const Digest& chain) {
  std::size_t len = 0;
  const auto [after, error] =
      std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 20), len);
  const std::size_t digits = static_cast<std::size_t>(after - text.data());
  const std::size_t payload_at = digits + 1 + 2 * sizeof(Digest) + 1;
  if (error != std::errc{} || text.size() < payload_at || len >= text.size() - payload_at)
    return std::nullopt;
  const std::string_view payload = text.substr(payload_at, len);
  const Digest check = chained(chain, payload);
  if (text.substr(digits, payload_at - digits) != " " + hex(check) + "\n" || text[payload_at + len] != '\n') {
    return std::nullopt;
  }
  return Journal::Framed{payload, payload_at + len + 1, check};
}

/// What stands behind the last good record: a record takes two lines, so that more than two newlines are
/// more than one record, and a last record that was written to its end is not torn.
Journal::End end_of(std::string_view rest) {
  if (rest.empty()) return Journal::End::whole;
  const auto newlines = std::count(rest.begin(), rest.end(), '\n');
  return newlines < 2 ? Journal::End::torn : Journal::End::damaged;
}

}  // namespace

std::string JournalWriter::start(const Digest& extends, std::uint64_t revision) {
  std::string line = "{\"format\":" + std::to_string(format) + ",\"extends\":\"" + hex(extends) +
                     "\",\"revision\":" + std::to_string(revision);
  line += std::string(check_member) + hex(sha256(line)) + "\"}\n";
  chain_ = sha256(line);
  return line;
}

std::string JournalWriter::record(std::string_view payload) {
  chain_ = chained(chain_, payload);
  return std::to_string(payload.size()) + " " + hex(chain_) + "\n" + std::string(payload) + "\n";
}

std::string journal_payload(const Stamp& stamp, const std::vector<Edit>& edits) {
  std::string text = "{" + stamp_members(stamp) + ",\"edits\":[";
  for (const Edit& edit : edits) {
    if (&edit != &edits.front()) text += ',';
    text += "{\"at\":" + std::to_string(edit.at) + ",\"remove\":" + (edit.removes ? "true" : "false");
    if (edit.inserted) text += ",\"rule\":" + edit.inserted->json;
    text += '}';
  }
  return text + "]}";
}

std::optional<JournalRecord> read_payload(std::string_view payload) {
  const auto reading = read_json(payload);
  if (!reading.value) return std::nullopt;
  const auto stamp = read_stamp(*reading.value);
  const core::Value* const edits = reading.value->find("edits");
  if (!stamp || edits == nullptr || edits->list() == nullptr) return std::nullopt;
  JournalRecord record{*stamp, {}};
  for (const core::Value& each : *edits->list()) {
    const core::Value* const at = each.find("at");
    const core::Value* const remove = each.find("remove");
    if (at == nullptr || at->integer() == nullptr || *at->integer() < 0) return std::nullopt;
    if (remove == nullptr || remove->boolean() == nullptr) return std::nullopt;
    Edit edit{static_cast<std::size_t>(*at->integer()), *remove->boolean(), nullptr};
    if (const core::Value* const rule = each.find("rule")) {
      const core::Value* const name = rule->find("name");
      if (name == nullptr || name->string() == nullptr) return std::nullopt;
      edit.inserted = make_stored_rule(*name->string(), canonical_json(*rule));
    }
    record.edits.push_back(std::move(edit));
  }
  return record;
}

Journal parse_journal(std::string_view text) {
  Journal journal;
  journal.fault = "its first line is not whole";
  const std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos) return journal;
  const std::string_view line = text.substr(0, newline + 1);
  const std::size_t check_at = line.rfind(check_member);
  if (check_at == std::string_view::npos) return journal;
  const std::string_view checked = line.substr(0, check_at);
  const auto reading = read_json(std::string(checked) + "}");
  if (!reading.value) return journal;
  const core::Value* const version = reading.value->find("format");
  if (version == nullptr || version->integer() == nullptr) return journal;
  if (*version->integer() != format) {
    journal.fault = "it is of format " + std::to_string(*version->integer()) +
                    ", and this version of the library knows " + std::to_string(format) +
                    ": install the version that wrote it";
    return journal;
  }
  if (line.substr(check_at) != std::string(check_member) + hex(sha256(checked)) + "\"}\n") return journal;
  const core::Value* const revision = reading.value->find("revision");
  const core::Value* const extends = reading.value->find("extends");
  if (revision == nullptr || revision->integer() == nullptr || *revision->integer() < 0) return journal;
  if (extends == nullptr || extends->string() == nullptr) return journal;
  const auto identity = parse_digest(*extends->string());
  if (!identity) return journal;
  journal.fault.clear();
  journal.extends = *identity;
  journal.revision = static_cast<std::uint64_t>(*revision->integer());
  journal.start_len = line.size();
  journal.start_chain = sha256(line);

  std::size_t at = line.size();
  Digest chain = journal.start_chain;
  while (auto record = take_record(text.substr(at), chain)) {
    at += record->end;
    record->end = at;
    chain = record->chain;
    journal.records.push_back(*record);
  }
  journal.end = end_of(text.substr(at));
  return journal;
}

}  // namespace chainload::store

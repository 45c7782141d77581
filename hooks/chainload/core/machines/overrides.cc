// SPDX-License-Identifier: MPL-2.0
// Asking, changing and showing overrides.
#include "overrides.h"

#include <algorithm>

#include "saved_override.h"

namespace chainload::core::machines {
namespace {

bool is_addressed(const OverrideRequest& request, const Asking& asking) {
  const bool by_loader = is_network_loader(asking.kind);
  switch (request.addressee) {
    case Addressee::first:
      return !by_loader;
    case Addressee::second:
      return by_loader;
    case Addressee::any:
      return true;
    case Addressee::able:
      break;
  }
  const bool needs_http = request.rule.boot.boot_file && request.rule.boot.boot_file->is_url();
  return !needs_http || by_loader || asking.kind == ClientKind::http_client;
}

}  // namespace

std::string_view name_of(OverrideStanding standing) {
  constexpr std::array<std::string_view, 5> names = {"waiting", "booting", "used-up", "in-doubt", "expired"};
  return names[static_cast<std::size_t>(standing)];
}

std::optional<OverrideChange> Overrides::prepare_set(OverrideRequest request, Moment now,
                                                     std::string& sentence) const {
  const MachineKey target = request.target;
  if (size() >= capacity && !entry_of(target)) {
    sentence =
        "there are " + std::to_string(capacity) +
        " overrides, as many as there may be: take some away with chainload-override-del, or wait until "
        "some expire";
    return std::nullopt;
  }
  auto made = std::make_shared<Override>();
  made->serial = next_serial_;
  made->set = now;
  made->expires = now.steady + request.lifetime;
  made->expires_wall = now.wall + request.lifetime;
  made->asked = std::move(request);
  return OverrideChange{set_record({made, 0, std::nullopt, {}}, now), target, std::move(made), next_serial_};
}

std::optional<OverrideChange> Overrides::prepare_del(const MachineKey& target) const {
  if (!entry_of(target)) return std::nullopt;
  return OverrideChange{saved::del_record(target, next_serial_), target, nullptr, next_serial_};
}

void Overrides::commit(const OverrideChange& change) {
  next_serial_ = std::max(next_serial_, change.revision + 1);
  if (change.set == nullptr) {
    remove(change.target);
    return;
  }
  put(change.target, {change.set, 0, std::nullopt, {}});
}

std::shared_ptr<const Override> Overrides::find(const Asking& asking, Milliseconds now) const {
  if (size() == 0 || !asking.is_boot_client) return nullptr;
  for (const MachineKey* key : {&asking.machine, &asking.uuid}) {
    if (key->is_none()) continue;
    if (auto found = find_for(*key, asking, now)) return found;
  }
  return nullptr;
}

std::shared_ptr<const Override> Overrides::find_for(const MachineKey& target, const Asking& asking,
                                                    Milliseconds now) const {
  const Shard& shard = shard_of(target);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(target);
  if (found == shard.entries.end() || !is_addressed(found->second.what->asked, asking)) return nullptr;
  const OverrideStanding now_stands = standing(found->second, now);
  const bool applies = now_stands == OverrideStanding::waiting || now_stands == OverrideStanding::booting;
  return applies ? found->second.what : nullptr;
}

Value Overrides::begin_boot(const Override& given, Moment now) {
  const MachineKey& target = given.asked.target;
  Shard& shard = shard_of(target);
  std::uint32_t used = 0;
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(target);
    if (found == shard.entries.end() || found->second.what->serial != given.serial) return {};
    Entry& entry = found->second;
    if (standing(entry, now.steady) != OverrideStanding::waiting) return {};
    used = ++entry.used;
    entry.boot_began = now.steady;
  }
  if (!given.asked.uses) return {};  // nothing depends on how often it was used
  return saved::boot_record({target, given.serial, used, now.steady, boot_id_});
}

void Overrides::doubt(const Override& given, std::string why) {
  Shard& shard = shard_of(given.asked.target);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(given.asked.target);
  if (found == shard.entries.end() || found->second.what->serial != given.serial) return;
  found->second.doubt = std::move(why);
}

OverrideStanding Overrides::standing(const Entry& entry, Milliseconds now) {
  const Override& what = *entry.what;
  if (now >= what.expires) return OverrideStanding::expired;
  if (!entry.doubt.empty()) return OverrideStanding::in_doubt;
  if (entry.boot_began && now - *entry.boot_began < one_boot) return OverrideStanding::booting;
  const bool is_used_up = what.asked.uses && entry.used >= *what.asked.uses;
  return is_used_up ? OverrideStanding::used_up : OverrideStanding::waiting;
}

OverrideReport Overrides::report_of(const Entry& entry, Milliseconds now) {
  return {entry.what, standing(entry, now), entry.used, std::max(entry.what->expires - now, Milliseconds(0)),
          entry.doubt};
}

std::size_t Overrides::drop_expired(Milliseconds now) {
  std::size_t dropped = 0;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    dropped +=
        std::erase_if(shard.entries, [&](const auto& each) { return now >= each.second.what->expires; });
  }
  count_.fetch_sub(dropped, std::memory_order_relaxed);
  return dropped;
}

std::vector<OverrideReport> Overrides::page(const MachineKey& from, std::size_t limit,
                                            Milliseconds now) const {
  std::vector<OverrideReport> reports;
  for (const Entry& entry : entries_after(from)) {
    if (reports.size() == limit) break;
    reports.push_back(report_of(entry, now));
  }
  return reports;
}

std::optional<OverrideReport> Overrides::report(const MachineKey& target, Milliseconds now) const {
  const auto entry = entry_of(target);
  return entry ? std::optional(report_of(*entry, now)) : std::nullopt;
}

void Overrides::put(const MachineKey& target, Entry entry) {
  Shard& shard = shard_of(target);
  const std::lock_guard lock(shard.mutex);
  if (shard.entries.insert_or_assign(target, std::move(entry)).second) {
    count_.fetch_add(1, std::memory_order_relaxed);
  }
}

void Overrides::remove(const MachineKey& target) {
  Shard& shard = shard_of(target);
  const std::lock_guard lock(shard.mutex);
  count_.fetch_sub(shard.entries.erase(target), std::memory_order_relaxed);
}

std::optional<Overrides::Entry> Overrides::entry_of(const MachineKey& target) const {
  const Shard& shard = shard_of(target);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(target);
  return found == shard.entries.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Overrides::Entry> Overrides::entries_after(const MachineKey& from) const {
  std::vector<Entry> entries;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [target, entry] : shard.entries) {
      if (from.is_none() || target > from) entries.push_back(entry);
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.what->asked.target < b.what->asked.target; });
  return entries;
}

}  // namespace chainload::core::machines

// SPDX-License-Identifier: MPL-2.0
// Overrides out of their records, and into them. When in doubt whether one was used, it is kept and shown but
// not applied: to boot a machine from its disk once too often does less harm than to install it twice.
#include <algorithm>

#include "core/rules/read_rules.h"
#include "overrides.h"
#include "saved_override.h"

namespace chainload::core::machines {
namespace {

/// A clock that was set right by a little has not gone back.
constexpr std::chrono::seconds clock_correction{60};

constexpr std::string_view set_again = ": set it again if it is still wanted";

/// The same override on the steady clock of this run. Its lifetime bounds what is left of it.
std::shared_ptr<const Override> on_this_clock(const Override& saved, Moment now) {
  auto moved = std::make_shared<Override>(saved);
  const auto left = std::min<std::chrono::seconds>(saved.expires_wall - now.wall, saved.asked.lifetime);
  moved->expires = now.steady + left;
  moved->set.steady = moved->expires - saved.asked.lifetime;
  return moved;
}

/// Why nobody can know whether it may still be applied; empty when that is known. Another kernel has run
/// since.
std::string doubt_after_restart(const saved::Set& saved, const Restoring& how) {
  const Override& what = *saved.what;
  if (how.now.wall + clock_correction < what.set.wall) {
    return "the clock says " + instant_text(how.now.wall) + ", which is before it was set at " +
           instant_text(what.set.wall) + std::string(set_again);
  }
  if (what.asked.uses && !how.ended_in_order) {
    return "the machine that runs the server was stopped without notice, and a boot that used it may not "
           "have "
           "been written down" +
           std::string(set_again);
  }
  return {};
}

}  // namespace

Value Overrides::set_record(const Entry& entry, Moment now) const {
  Entry kept = entry;
  if (kept.boot_began && now.steady - *kept.boot_began >= one_boot) kept.boot_began.reset();
  return saved::set_record({kept.what, kept.used, kept.boot_began, boot_id_, kept.doubt});
}

std::vector<Value> Overrides::snapshot(Moment now) const {
  std::vector<Value> records = {saved::revision_record(revision())};
  for (const Entry& entry : entries_after({})) {
    if (now.steady < entry.what->expires) records.push_back(set_record(entry, now));
  }
  return records;
}

Restored Overrides::restore(std::span<const Value> records, const Restoring& how) {
  Restored restored;
  for (std::size_t i = 0; i < records.size(); ++i) {
    restore_one(records[i], joined("records", i), how, restored.problems);
  }
  for (const Entry& entry : entries_after({})) {
    if (how.now.steady >= entry.what->expires) {
      ++restored.expired;
    } else if (!entry.doubt.empty()) {
      ++restored.in_doubt;
    } else {
      ++restored.in_force;
    }
  }
  drop_expired(how.now.steady);
  return restored;
}

void Overrides::restore_one(const Value& record, const std::string& path, const Restoring& how,
                            Problems& problems) {
  bool is_readable = true;
  switch (saved::kind_of(record)) {
    case saved::Kind::set:
      restore_set(record, path, how, problems);
      break;
    case saved::Kind::del: {
      const saved::Del del = saved::read_del(record);
      is_readable = !del.target.is_none();
      next_serial_ = std::max(next_serial_, del.serial + 1);
      remove(del.target);
      break;
    }
    case saved::Kind::revision: {
      const auto revision = saved::read_revision(record);
      is_readable = revision.has_value();
      next_serial_ = std::max(next_serial_, revision.value_or(0) + 1);
      break;
    }
    case saved::Kind::boot:
      is_readable = restore_boot(record);
      break;
    case saved::Kind::unknown:
      is_readable = false;
      break;
  }
  if (!is_readable) problems.add(path, record.place, "it is no record of an override: it is left out");
}

void Overrides::restore_set(const Value& record, const std::string& path, const Restoring& how,
                            Problems& problems) {
  auto set = saved::read_set(record, path, problems);
  if (!set) return;
  next_serial_ = std::max(next_serial_, set->what->serial + 1);
  const bool is_same_kernel = !boot_id_.empty() && set->boot_id == boot_id_;
  if (!is_same_kernel) {
    if (set->doubt.empty()) set->doubt = doubt_after_restart(*set, how);
    set->boot_began.reset();
    set->what = on_this_clock(*set->what, how.now);
  }
  const MachineKey target = set->what->asked.target;
  put(target, {std::move(set->what), set->used, set->boot_began, std::move(set->doubt)});
}

bool Overrides::restore_boot(const Value& record) {
  const auto boot = saved::read_boot(record);
  if (!boot) return false;
  auto entry = entry_of(boot->target);
  if (!entry || entry->what->serial != boot->serial) return true;  // of one that was replaced since
  entry->used = std::max(entry->used, boot->used);
  if (!boot_id_.empty() && boot->boot_id == boot_id_) entry->boot_began = boot->began;
  put(boot->target, std::move(*entry));
  return true;
}

}  // namespace chainload::core::machines

// SPDX-License-Identifier: MPL-2.0
// Reading overrides back, and writing each change before it counts.
#include "kept_overrides.h"

#include <fstream>

#include "clocks.h"
#include "core/facts/boot_client.h"
#include "log.h"

namespace chainload::kea {
namespace {

using core::machines::Moment;
using core::machines::Override;

/// Of the running kernel: another one, another steady clock.
std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// The file is written anew when it holds so many records more than there are overrides.
constexpr std::size_t appended_at_most = 4096;

}  // namespace

KeptOverrides::KeptOverrides() : overrides_(boot_id()) {}

KeptOverrides::~KeptOverrides() {
  if (!file_ || !file_->has_begun()) return;
  try {
    file_->close();
  } catch (const std::exception& error) {
    LOG_ERROR(logger, CHAINLOAD_OVERRIDE_NOT_SAVED).arg(error.what());
  }
}

void KeptOverrides::restore(const std::string& directory) {
  file_ = std::make_unique<store::OverrideFile>(store::system_filesystem(), directory);
  std::string fault;
  try {
    const store::OverrideRecords read = file_->read();
    was_damaged_ = !read.fault.empty();
    fault = read.fault;
    const core::machines::Restored restored =
        overrides_.restore(read.records, {moment_now(), read.ended_in_order});
    if (!restored.problems.empty()) fault = restored.problems.text();
    if (!read.records.empty()) {
      LOG_INFO(logger, CHAINLOAD_OVERRIDES_RESTORED)
          .arg(restored.in_force)
          .arg(restored.in_doubt)
          .arg(restored.expired);
    }
  } catch (const store::IoError& error) {
    fault = error.what();
  }
  if (!fault.empty()) {
    LOG_ERROR(logger, CHAINLOAD_OVERRIDES_NOT_READ).arg(file_->path()).arg(fault);
  }
}

std::shared_ptr<const Override> KeptOverrides::find(const core::Facts& facts,
                                                    core::machines::Milliseconds now) const {
  if (overrides_.size() == 0) return nullptr;
  const core::machines::MachineKey key = core::machines::machine_key(facts);
  const bool is_boot_client = core::boot_sign(facts) != core::BootSign::none;
  return overrides_.find({key, core::machines::uuid_key(facts), is_boot_client, core::client_kind(facts)},
                         now);
}

bool KeptOverrides::begin_boot(const Override& given, Moment now) {
  const core::Value record = overrides_.begin_boot(given, now);
  if (record.is(core::Value::Kind::null)) return true;
  try {
    const std::lock_guard lock(mutex_);
    if (!file_->has_begun()) {
      begin_file(now);  // its records say that this boot has begun
    } else {
      file_->append_unflushed(record);
    }
    return true;
  } catch (const std::exception& error) {
    overrides_.doubt(given, "the boot that uses it could not be written down (" + std::string(error.what()) +
                                "): see to that and set it again if it is still wanted");
    LOG_ERROR(logger, CHAINLOAD_OVERRIDE_NOT_SAVED).arg(error.what());
    return false;
  }
}

void KeptOverrides::begin_file(Moment now) {
  if (!file_) throw std::runtime_error("no state-directory is known: correct the library's parameters first");
  file_->begin(overrides_.snapshot(now), was_damaged_);
  was_damaged_ = false;
}

void KeptOverrides::save(const core::Value& record, Moment now) {
  const bool is_long = file_ && file_->appended() > appended_at_most + overrides_.size();
  if (!file_ || !file_->has_begun() || is_long) begin_file(now);
  file_->append(record);
}

void KeptOverrides::check(const Terms& terms) const {
  const std::uint64_t now = overrides_.revision();
  if (!terms.if_revision || *terms.if_revision == now) return;
  throw WrongRevision("if-revision: the overrides are at revision " + std::to_string(now) + " and not at " +
                      std::to_string(*terms.if_revision) + ": read them again");
}

std::uint64_t KeptOverrides::set(core::machines::OverrideRequest request, const Terms& terms) {
  const std::lock_guard lock(mutex_);
  check(terms);
  std::string sentence;
  const auto change = overrides_.prepare_set(std::move(request), terms.now, sentence);
  if (!change) throw std::runtime_error(sentence);
  if (terms.dry_run) return change->revision;
  save(change->record, terms.now);
  overrides_.commit(*change);
  return change->revision;
}

std::optional<std::uint64_t> KeptOverrides::del(const core::machines::MachineKey& target,
                                                const Terms& terms) {
  const std::lock_guard lock(mutex_);
  check(terms);
  const auto change = overrides_.prepare_del(target);
  if (!change) return std::nullopt;
  if (terms.dry_run) return change->revision;
  save(change->record, terms.now);
  overrides_.commit(*change);
  return change->revision;
}

}  // namespace chainload::kea

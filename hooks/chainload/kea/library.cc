// SPDX-License-Identifier: MPL-2.0
// Loading with good and bad parameters, and the answer to one packet.
#include "library.h"

#include "apply.h"
#include "core/describe.h"
#include "core/text.h"
#include "log.h"
#include "state.h"

namespace chainload::kea {
namespace {

using core::Outcome;

Counted kind_of(const core::Decision& decision) {
  switch (decision.outcome) {
    case Outcome::boot:
      return Counted::booted;
    case Outcome::refused:
      return Counted::refused;
    case Outcome::denied:
    case Outcome::left_alone:
      break;
  }
  return decision.concerns_boot_client() ? Counted::left_alone : Counted::not_boot_client;
}

void log_decision(const core::Facts& facts, const core::Decision& decision, LogDecisions wanted) {
  using core::client_text;
  using core::mac_text;
  using core::message_name;
  switch (decision.outcome) {
    case Outcome::boot:
      if (wanted == LogDecisions::none) return;
      LOG_INFO(logger, CHAINLOAD_BOOT_FILE)
          .arg(mac_text(facts.hardware_address))
          .arg(client_text(decision))
          .arg(message_name(facts.message_type))
          .arg(decision.full_name())
          .arg(std::string(decision.next_server_text))
          .arg(core::printable(decision.boot_file.view()));
      return;
    case Outcome::refused:
      LOG_WARN(logger, CHAINLOAD_NAME_TOO_LONG)
          .arg(mac_text(facts.hardware_address))
          .arg(client_text(decision))
          .arg(message_name(facts.message_type))
          .arg(decision.full_name())
          .arg(decision.boot_file.view().size())
          .arg(core::printable(decision.boot_file.view()));
      return;
    case Outcome::denied:
    case Outcome::left_alone:
      if (wanted != LogDecisions::all) return;
      LOG_INFO(logger, CHAINLOAD_LEFT_ALONE)
          .arg(mac_text(facts.hardware_address))
          .arg(decision.concerns_boot_client() ? client_text(decision) : "no boot client")
          .arg(message_name(facts.message_type))
          .arg(decision.full_name())
          .arg(core::because_text(decision));
      return;
  }
}

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + core::printable(name);
  return text;
}

}  // namespace

Library::Library(const isc::data::ConstElementPtr& parameters, bool is_reload) {
  try {
    owned_ = std::make_unique<const Configuration>(make_configuration(parameters));
  } catch (const std::exception& error) {
    if (!is_reload) throw;
    load_error_ = error.what();
    go_on_without(parameters);
  }
  if (!owned_) return;
  in_use_.store(owned_.get(), std::memory_order_release);
  constexpr std::size_t shown_digits = 12;
  LOG_INFO(logger, CHAINLOAD_LOADED)
      .arg(CHAINLOAD_VERSION)
      .arg(owned_->hash.substr(0, shown_digits))
      .arg(list_text(*owned_->policy.table()->user_classes))
      .arg(owned_->policy.table()->next_server_text);
}

void Library::go_on_without(const isc::data::ConstElementPtr& parameters) {
  const std::string directory = state_directory_of(parameters);
  std::string now = "goes on with the ones that last worked";
  try {
    owned_ = std::make_unique<const Configuration>(make_configuration(read_last_good(directory)));
    source_ = PolicySource::last_good;
  } catch (const std::exception& error) {
    source_ = PolicySource::none;
    state_error_ = error.what();
    now = "gives no boot files until they are corrected";
    LOG_ERROR(logger, CHAINLOAD_STATE_NOT_READ).arg(last_good_file(directory)).arg(error.what());
  }
  LOG_ERROR(logger, CHAINLOAD_CONFIG_REFUSED).arg("the library " + now).arg(load_error_);
  load_error_ += "; the library " + now;
}

void Library::save_last_good() {
  if (source_ != PolicySource::configured) return;
  try {
    kea::save_last_good(owned_->state_directory, owned_->parameters);
    state_error_.clear();
  } catch (const std::exception& error) {
    state_error_ = error.what();
    LOG_WARN(logger, CHAINLOAD_STATE_NOT_SAVED)
        .arg(last_good_file(owned_->state_directory))
        .arg(error.what());
  }
}

void Library::answer(const isc::dhcp::Pkt4& query, isc::dhcp::Pkt4& reply, bool already_packed) {
  const Configuration* const now = configuration();
  if (now == nullptr || reply.getType() == core::message::nak) return;

  const core::Facts facts = core::read_facts(query.data_);
  const core::Decision decision = core::decide(facts, {}, now->policy);
  if (decision.outcome == Outcome::boot && already_packed) {
    counters_.add(Counted::already_packed);
    LOG_WARN(logger, CHAINLOAD_REPLY_ALREADY_PACKED).arg(core::mac_text(facts.hardware_address));
    return;
  }
  if (decision.outcome == Outcome::boot) {
    const ReplyAsMade made(reply);
    const core::ReplyPlan plan = core::plan_reply(facts, decision, made.before());
    if (!plan.fits) {
      counters_.add(Counted::refused);
      LOG_WARN(logger, CHAINLOAD_NAME_TOO_LONG)
          .arg(core::mac_text(facts.hardware_address))
          .arg(core::client_text(decision))
          .arg(core::message_name(facts.message_type))
          .arg(decision.full_name())
          .arg(decision.boot_file.view().size())
          .arg(core::printable(decision.boot_file.view()));
      return;
    }
    apply(plan, reply);
  }
  counters_.add(kind_of(decision));
  log_decision(facts, decision, now->log_decisions);
}

}  // namespace chainload::kea

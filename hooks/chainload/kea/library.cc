// SPDX-License-Identifier: MPL-2.0
// Loading with good and bad parameters, and the answer to one packet.
#include "library.h"

#include <chrono>

#include "apply.h"
#include "client_surroundings.h"
#include "clocks.h"
#include "core/decide/describe.h"
#include "core/facts/text.h"
#include "high_availability.h"
#include "log.h"
#include "network_part.h"
#include "own_thread.h"
#include "state.h"

namespace chainload::kea {
namespace {

using core::Outcome;

Counted kind_of(const core::Decision& decision) {
  switch (decision.outcome) {
    case Outcome::boot:
      return Counted::booted;
    case Outcome::denied:
      return Counted::denied;
    case Outcome::refused:
      return Counted::refused;
    case Outcome::left_alone:
      break;
  }
  return decision.concerns_boot_client() ? Counted::left_alone : Counted::not_boot_client;
}

/// Of a boot client, or of anyone who is answered.
SubnetCounted subnet_kind_of(const core::Decision& decision) {
  switch (decision.outcome) {
    case Outcome::boot:
      return SubnetCounted::booted;
    case Outcome::denied:
      return SubnetCounted::denied;
    case Outcome::refused:
      return SubnetCounted::refused;
    case Outcome::left_alone:
      break;
  }
  return SubnetCounted::left_alone;
}

std::string codes_text(std::span<const std::uint8_t> codes) {
  std::string text;
  for (const std::uint8_t code : codes) text += (text.empty() ? "" : ", ") + std::to_string(code);
  return text;
}

using Message = isc::log::Logger::Formatter;

/// A message about a decision, with the arguments that every one of them begins with: who, what, which
/// message, which rule. It is logged when it goes out of scope.
Message about(Message message, const core::Facts& facts, const core::Decision& decision) {
  message.arg(core::mac_text(facts.hardware_address))
      .arg(decision.concerns_boot_client() ? core::client_text(decision) : "no boot client")
      .arg(core::message_name(facts.message_type))
      .arg(decision.full_name());
  return message;
}

void log_boot_file(const core::Facts& facts, const core::Decision& decision) {
  about(logger.info(CHAINLOAD_BOOT_FILE), facts, decision)
      .arg(decision.next_server ? std::string(decision.next_server_text) : "the server's next-server")
      .arg(decision.has_boot_file ? std::string(decision.boot_file_text()) : "the server's boot-file-name");
}

void log_refusal(const core::Facts& facts, const core::Decision& decision, const std::string& why) {
  if (logger.isWarnEnabled()) about(logger.warn(CHAINLOAD_ANSWER_REFUSED), facts, decision).arg(why);
}

void log_decision(const core::Facts& facts, const core::Decision& decision, LogDecisions wanted) {
  if (decision.outcome == Outcome::refused) log_refusal(facts, decision, core::refusal_text(decision));
  if (wanted == LogDecisions::none || !logger.isInfoEnabled()) return;
  if (decision.outcome == Outcome::boot) log_boot_file(facts, decision);
  if (decision.outcome == Outcome::denied) about(logger.info(CHAINLOAD_DENIED), facts, decision);
  if (decision.outcome == Outcome::left_alone && wanted == LogDecisions::all) {
    about(logger.info(CHAINLOAD_LEFT_ALONE), facts, decision).arg(core::because_text(decision));
  }
}

/// `scripts for user class gPXE, otherwise firmware, from 192.0.2.10`.
std::string table_text(const core::BuiltInTable* table) {
  if (table == nullptr) return "no built-in table";
  std::string classes;
  for (const std::string& name : *table->user_classes) {
    classes += (classes.empty() ? "" : ", ") + core::printable(name);
  }
  const std::string firmware = "firmware from " + table->next_server_text;
  return table->script ? "the script for user class " + classes + ", otherwise " + firmware : firmware;
}

/// Each finding as a warning, the first few: a list of 100,000 rules may hold as many.
void log_findings(const Configuration& configuration) {
  constexpr std::size_t logged = 20;
  for (std::size_t i = 0; i < std::min(logged, configuration.findings.size()); ++i) {
    const SourceFinding& each = configuration.findings[i];
    LOG_WARN(logger, CHAINLOAD_LINT).arg(std::string(core::name_of(each.finding.id))).arg(each.text());
  }
  if (configuration.finding_count > logged) {
    LOG_WARN(logger, CHAINLOAD_LINT_MORE).arg(configuration.finding_count - logged);
  }
}

std::size_t rule_count(const core::ScopePolicy& scope) {
  return scope.rules() == nullptr ? 0 : scope.rules()->rules().size();
}

std::size_t rule_count(const Configuration& configuration) {
  std::size_t count = configuration.policy.parameters ? rule_count(*configuration.policy.parameters) : 0;
  for (const auto& scope : configuration.scopes->policies()) count += rule_count(*scope);
  return count;
}

}  // namespace

Library::Library(const isc::data::ConstElementPtr& parameters, bool is_reload)
    : is_reload_(is_reload), loaded_(moment_now().wall) {
  try {
    use(on_own_thread([&] { return make_configuration(parameters); }));
  } catch (const std::exception& error) {
    if (!is_reload) throw;
    load_error_ = error.what();
    go_on_without(parameters);
  }
  overrides_.restore(state_directory_of(parameters));
  if (!base_) return;
  LOG_INFO(logger, CHAINLOAD_LOADED).arg(CHAINLOAD_VERSION).arg(table_text(base_->policy.table()));
  open_managed();
}

Library::~Library() {
  every_second();
}

/// With changing_ held.
std::vector<std::shared_ptr<const void>> Library::publish() {
  auto configuration =
      base_ && managed_rules_ ? with_managed(*base_, managed_rules_, managed_digest_) : base_;
  policy_number_.fetch_add(1, std::memory_order_relaxed);
  auto unused = in_use_.put(std::move(configuration));
  return {std::make_move_iterator(unused.begin()), std::make_move_iterator(unused.end())};
}

void Library::use(std::shared_ptr<const Configuration> configuration) {
  const std::lock_guard<std::mutex> lock(changing_);
  base_ = std::move(configuration);
  publish();
}

void Library::use_none() {
  use(nullptr);
  source_ = PolicySource::none;
}

void Library::open_managed() {
  managed_ = std::make_unique<ManagedRules>(
      base_->state_directory, base_->allowed_servers,
      [this](std::shared_ptr<const core::LayeredRules> rules, const store::Stamp& stamp) {
        const std::lock_guard<std::mutex> lock(changing_);
        managed_rules_ = std::move(rules);
        managed_digest_ = store::hex(stamp.digest);
        return publish();
      });
  const ManagedRules::State state = managed_->state();
  if (state.stamp.revision == 0) return;
  LOG_INFO(logger, CHAINLOAD_RULES_IN_USE)
      .arg(state.stamp.revision)
      .arg(state.rules)
      .arg(store::hex(state.stamp.digest));
}

void Library::go_on_without(const isc::data::ConstElementPtr& parameters) {
  const std::string directory = state_directory_of(parameters);
  std::string now = "goes on with what last worked";
  try {
    const LastGood last_good = read_last_good(directory);
    auto restored = on_own_thread([&] { return make_configuration(last_good.parameters); });
    if (last_good.networks) {
      restored = on_own_thread([&] { return with_scopes(*restored, last_good.networks); });
    }
    use(std::move(restored));
    source_ = PolicySource::last_good;
  } catch (const std::exception& error) {
    use_none();
    state_error_ = error.what();
    now = "gives no boot files until they are corrected";
    LOG_ERROR(logger, CHAINLOAD_STATE_NOT_READ).arg(last_good_file(directory)).arg(error.what());
  }
  LOG_ERROR(logger, CHAINLOAD_CONFIG_REFUSED).arg("the library " + now).arg(load_error_);
  load_error_ += "; the library " + now;
}

void Library::every_second() noexcept {
  try {
    statistics_.copy();
    overrides_.drop_expired(moment_now().steady);
    if (managed_) managed_->look_for_findings(has_server());
  } catch (const std::exception& error) {
    LOG_ERROR(logger, CHAINLOAD_TICK_FAILED).arg(error.what());
  }
}

bool Library::has_server() const {
  const auto now = configuration();
  return now && now->policy.parameters && now->policy.parameters->next_server() != core::Ipv4::unset;
}

void Library::configured(const isc::data::ConstElementPtr& dhcp4) {
  tick_.start([this] {
    if (managed_) managed_->note_alive();
    every_second();
  });
  if (!load_error_.empty() || source_ != PolicySource::configured) return;
  const isc::data::ConstElementPtr parameters = base_->parameters;
  try {
    if (dhcp4) use(on_own_thread([&] { return with_scopes(*base_, network_part(dhcp4)); }));
  } catch (const BadParameters& error) {
    load_error_ = error.what();
    if (is_reload_) {
      go_on_without(parameters);
    } else {  // the server ends itself with the sentence
      use_none();
    }
    return;
  }
  const auto in_use = configuration();
  const Configuration& now = *in_use;
  const auto managed = managed_ ? std::optional(managed_->state()) : std::nullopt;
  constexpr std::size_t shown_digits = 12;
  LOG_INFO(logger, CHAINLOAD_IN_USE)
      .arg(now.hash.substr(0, shown_digits))
      .arg(rule_count(now))
      .arg(now.scopes->policies().size())
      .arg(now.scopes->networks().subnets().size())
      .arg(managed ? managed->rules : 0)
      .arg(managed ? managed->stamp.revision : 0);
  log_findings(now);
  std::vector<std::uint32_t> subnets;
  for (const core::Subnet& subnet : now.scopes->networks().subnets()) subnets.push_back(subnet.id);
  statistics_.set_subnets(subnets);
  is_load_balanced_ = kea::is_load_balanced(dhcp4);
  save();
}

void Library::save() {
  const Configuration& now = *base_;
  try {
    on_own_thread([&] { save_last_good(now.state_directory, {now.parameters, now.networks}); });
    state_error_.clear();
  } catch (const std::exception& error) {
    state_error_ = error.what();
    LOG_WARN(logger, CHAINLOAD_STATE_NOT_SAVED).arg(last_good_file(now.state_directory)).arg(error.what());
  }
}

/// One query that needs a closer look.
struct Library::Asking {
  const Configuration& now;
  const core::Facts& facts;
  ClientSurroundings& surroundings;
  const core::machines::Override* override_set;  // null: none
  core::machines::Moment time;
};

void Library::answer(const isc::dhcp::Pkt4& query, isc::dhcp::Pkt4& reply, bool already_packed) {
  const auto now = configuration();
  if (managed_) managed_->note_alive();
  if (!now || reply.getType() == core::message::nak) return;

  const core::Facts facts = core::read_facts(query.data_);
  if (!core::needs_surroundings(facts, now->policy)) {
    finish(*now, facts, core::decide(facts, {}, now->policy), std::nullopt, reply, already_packed);
    return;
  }
  answer_closely(*now, facts, query, reply, already_packed);
}

/// What is remembered of the machine is fetched from memory while something else is done: it is asked for when the
/// facts are known and looked at last, after the reply is written, unless the reply may depend on it.
void Library::answer_closely(const Configuration& now, const core::Facts& facts, const isc::dhcp::Pkt4& query,
                             isc::dhcp::Pkt4& reply, bool already_packed) {
  const core::machines::MachineKey key = core::machines::machine_key(facts);
  const std::uint64_t hash = machines_.table().expect(key);
  const core::machines::Moment time = moment_now();
  const auto override_set = overrides_.find(facts, time.steady);
  ClientSurroundings surroundings(now, facts);
  if (override_set) surroundings.put_first(core::override_source, &override_set->asked.rule);
  surroundings.see(query, reply);
  const Asking asking{now, facts, surroundings, override_set.get(), time};
  const core::Decision decision = decide_once(asking);
  const std::optional<std::uint32_t> subnet = surroundings.subnet_id();
  const auto give = [&](const core::Decision& given) {
    if (given.tally != nullptr) given.tally->add(time.wall);
    finish(now, facts, given, subnet, reply, already_packed);
  };
  if (!core::machines::is_worth_recording(decision)) {
    give(decision);
    return;
  }
  machines_.table().expect_machine(hash);
  if (decision.source == core::override_source) statistics_.add(subnet, SubnetCounted::overridden);
  const core::machines::Visit visit{key, facts, decision, subnet, query.data_, policy_number(), time, hash};
  const bool may_fall_back = now.loop_guard.action == core::machines::LoopAction::fallback;
  if (may_fall_back && machines_.see(visit, now.loop_guard)) {
    surroundings.put_first(core::loop_guard_source, &*now.loop_guard.fallback);
    const core::Decision fallback = decide(asking);
    machines_.note_fallback(visit, fallback);
    give(fallback);
    return;
  }
  give(decision);
  if (!may_fall_back) machines_.see(visit, now.loop_guard);
}

core::Decision Library::decide(const Asking& asking) const {
  return core::decide(asking.facts, asking.surroundings.view(), asking.now.policy);
}

/// An override counts as used once it has answered.
core::Decision Library::decide_once(const Asking& asking) {
  core::Decision decision = decide(asking);
  if (decision.source == core::override_source && !overrides_.begin_boot(*asking.override_set, asking.time)) {
    asking.surroundings.put_first({}, nullptr);
    decision = decide(asking);
  }
  return decision;
}

void Library::finish(const Configuration& now, const core::Facts& facts, const core::Decision& decision,
                     std::optional<std::uint32_t> subnet, isc::dhcp::Pkt4& reply, bool already_packed) {
  const bool changes = decision.outcome == Outcome::boot || decision.outcome == Outcome::denied;
  if (changes && already_packed) {
    statistics_.add(Counted::already_packed);
    if (const auto times = already_packed_warning_.happened(std::chrono::steady_clock::now())) {
      LOG_WARN(logger, CHAINLOAD_REPLY_ALREADY_PACKED)
          .arg(core::mac_text(facts.hardware_address))
          .arg(*times);
    }
    return;
  }
  if (changes) {
    const ReplyAsMade made(reply);
    const core::ReplyPlan plan = core::plan_reply(facts, decision, made.before());
    if (!plan.fits) {
      statistics_.add(Counted::refused);
      statistics_.add(subnet, SubnetCounted::refused);
      log_refusal(facts, decision, core::too_long_text(decision, plan));
      return;
    }
    apply(plan, option_pool_, reply);
    if (!plan.left_out.empty() && now.log_decisions != LogDecisions::none && logger.isInfoEnabled()) {
      about(logger.info(CHAINLOAD_OPTIONS_LEFT_OUT), facts, decision)
          .arg(codes_text(plan.left_out.kept()))
          .arg(plan.most_len);
    }
  }
  statistics_.add(kind_of(decision));
  if (core::machines::is_worth_recording(decision)) statistics_.add(subnet, subnet_kind_of(decision));
  log_decision(facts, decision, now.log_decisions);
}

}  // namespace chainload::kea

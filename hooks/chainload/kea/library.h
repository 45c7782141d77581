// SPDX-License-Identifier: MPL-2.0
// The one object of the loaded library: its policy, its counters, and what became of the last load.
#pragma once

#include <dhcp/pkt4.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "configuration.h"
#include "core/decide/decide.h"
#include "kept_overrides.h"
#include "machine_watch.h"
#include "managed_rules.h"
#include "once_a_minute.h"
#include "option_pool.h"
#include "published.h"
#include "second_tick.h"
#include "statistics.h"

namespace chainload::kea {

class ClientSurroundings;

/// Where the policy in use comes from.
enum class PolicySource : std::uint8_t {
  configured,  // the parameters of this load
  last_good,   // they were wrong: the ones that last worked
  none         // they were wrong and there are no others: every reply stays as the server made it
};

class Library {
 public:
  /// `is_reload`: the server already serves in this process, and a refusal would leave it alive but deaf;
  /// wrong parameters are then remembered in load_error(). Otherwise they throw BadParameters. Writes no
  /// file.
  Library(const isc::data::ConstElementPtr& parameters, bool is_reload);

  /// The server has taken a configuration on: its contexts come into force and what works is saved; the
  /// outcome of that is logged and shown by state_error(). Afterwards load_error() says what was wrong, with
  /// the parameters or with a context: then the configuration that last worked goes on. `dhcp4` may be null:
  /// nothing is known of it.
  void configured(const isc::data::ConstElementPtr& dhcp4);

  /// One callout's work: facts, decide, apply, log. Called by several threads at once; takes no lock.
  /// `already_packed`: another library turned the reply into octets before us.
  void answer(const isc::dhcp::Pkt4& query, isc::dhcp::Pkt4& reply, bool already_packed);

  /// Nothing when no reply is to be touched. With the managed rules in force when it was asked for.
  Published<Configuration>::Use configuration() const { return in_use_.use(); }

  /// Null when there is no configuration to tell where they are.
  ManagedRules* managed() const { return managed_.get(); }

  /// What commands may change; nothing while no reply is to be touched.
  Management management() const {
    const auto now = configuration();
    return now ? now->management : Management::read_only;
  }

  PolicySource source() const { return source_; }
  core::Instant loaded() const { return loaded_; }
  const std::string& load_error() const { return load_error_; }
  const std::string& state_error() const { return state_error_; }
  Statistics& statistics() { return statistics_; }
  MachineWatch& machines() { return machines_; }
  KeptOverrides& overrides() { return overrides_; }

  /// The server shares its clients with another one: see libdhcp_ha.
  bool is_load_balanced() const { return is_load_balanced_; }

  /// Rules that name no next-server inherit one.
  bool has_server() const;

  /// The number of the policy in use: another policy, another number.
  std::uint64_t policy_number() const { return policy_number_.load(std::memory_order_relaxed); }

  ~Library();

 private:
  void use(std::shared_ptr<const Configuration> configuration);
  void use_none();
  void open_managed();
  std::vector<std::shared_ptr<const void>> publish();
  void go_on_without(const isc::data::ConstElementPtr& parameters);
  void save();
  void every_second() noexcept;
  struct Asking;
  core::Decision decide(const Asking& asking) const;
  core::Decision decide_once(const Asking& asking);
  void answer_closely(const Configuration& now, const core::Facts& facts, const isc::dhcp::Pkt4& query,
                      isc::dhcp::Pkt4& reply, bool already_packed);
  void finish(const Configuration& now, const core::Facts& facts, const core::Decision& decision,
              std::optional<std::uint32_t> subnet, isc::dhcp::Pkt4& reply, bool already_packed);

  bool is_reload_;
  const core::Instant loaded_;
  std::shared_ptr<const Configuration> base_;  // without managed rules; null: see use_none()
  Published<Configuration> in_use_;
  std::mutex changing_;  // of what is published
  std::shared_ptr<const core::LayeredRules> managed_rules_;
  std::string managed_digest_;
  PolicySource source_ = PolicySource::configured;
  std::string load_error_;
  std::string state_error_;
  Statistics statistics_;
  MachineWatch machines_{statistics_};
  KeptOverrides overrides_;
  bool is_load_balanced_ = false;
  std::atomic<std::uint64_t> policy_number_{0};
  OptionPool option_pool_;
  OnceAMinute already_packed_warning_;
  std::unique_ptr<ManagedRules> managed_;  // its thread publishes
  SecondTick tick_;                        // last: it works on the others
};

}  // namespace chainload::kea

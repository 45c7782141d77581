// SPDX-License-Identifier: MPL-2.0
// The one object of the loaded library: its policy, its counters, and what became of the last load.
#pragma once

#include <dhcp/pkt4.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "configuration.h"
#include "core/decide.h"
#include "counters.h"
#include "once_a_minute.h"
#include "option_pool.h"

namespace chainload::kea {

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

  /// Null when no reply is to be touched. Lives as long as the library.
  const Configuration* configuration() const { return in_use_.load(std::memory_order_acquire); }

  /// What commands may change; nothing while no reply is to be touched.
  Management management() const {
    const Configuration* const now = configuration();
    return now == nullptr ? Management::read_only : now->management;
  }

  PolicySource source() const { return source_; }
  const std::string& load_error() const { return load_error_; }
  const std::string& state_error() const { return state_error_; }
  Counters& counters() { return counters_; }

 private:
  void use(std::unique_ptr<const Configuration> configuration);
  void go_on_without(const isc::data::ConstElementPtr& parameters);
  void save();
  void finish(const Configuration& now, const core::Facts& facts, const core::Decision& decision,
              isc::dhcp::Pkt4& reply, bool already_packed);

  bool is_reload_;
  std::vector<std::unique_ptr<const Configuration>> owned_;  // all that packets may still look at
  std::atomic<const Configuration*> in_use_{nullptr};
  PolicySource source_ = PolicySource::configured;
  std::string load_error_;
  std::string state_error_;
  Counters counters_;
  OptionPool option_pool_;
  OnceAMinute already_packed_warning_;
};

}  // namespace chainload::kea

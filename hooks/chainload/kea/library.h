// SPDX-License-Identifier: MPL-2.0
// The one object of the loaded library: its policy, its counters, and what became of the last load.
#pragma once

#include <dhcp/pkt4.h>

#include <atomic>
#include <memory>
#include <string>

#include "configuration.h"
#include "counters.h"

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

  /// One callout's work: facts, decide, apply, log. Called by several threads at once; takes no lock.
  /// `already_packed`: another library turned the reply into octets before us.
  void answer(const isc::dhcp::Pkt4& query, isc::dhcp::Pkt4& reply, bool already_packed);

  /// Null when no reply is to be touched. Lives as long as the library.
  const Configuration* configuration() const { return in_use_.load(std::memory_order_acquire); }

  /// Keeps the parameters in the state directory. To be called once the server has taken the configuration
  /// on; the outcome is logged and shown by state_error().
  void save_last_good();

  PolicySource source() const { return source_; }
  const std::string& load_error() const { return load_error_; }
  const std::string& state_error() const { return state_error_; }
  Counters& counters() { return counters_; }

 private:
  void go_on_without(const isc::data::ConstElementPtr& parameters);

  std::unique_ptr<const Configuration> owned_;
  std::atomic<const Configuration*> in_use_{nullptr};
  PolicySource source_ = PolicySource::configured;
  std::string load_error_;
  std::string state_error_;
  Counters counters_;
};

}  // namespace chainload::kea

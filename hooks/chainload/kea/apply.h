// SPDX-License-Identifier: MPL-2.0
// Carries a reply plan into Kea's packet.
#pragma once

#include <dhcp/pkt4.h>

#include <vector>

#include "core/decide/reply_plan.h"
#include "option_pool.h"

namespace chainload::kea {

/// What the server put into the reply, with the storage that ReplyBefore's view needs.
class ReplyAsMade {
 public:
  explicit ReplyAsMade(const isc::dhcp::Pkt4& reply);
  const core::ReplyBefore& before() const { return before_; }

 private:
  core::ReplyBefore before_;
  std::vector<std::uint8_t> etherboot_;
};

/// Option objects in a reply may belong to the server's configuration: they are taken out and replaced by new
/// ones, never written to.
void apply(const core::ReplyPlan& plan, OptionPool& pool, isc::dhcp::Pkt4& reply);

}  // namespace chainload::kea

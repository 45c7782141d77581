// SPDX-License-Identifier: MPL-2.0
// Writing a plan into a Pkt4.
#include "apply.h"

#include <dhcp/option.h>

#include <algorithm>

namespace chainload::kea {
namespace {

using isc::dhcp::OptionPtr;

/// The length without the BOOTP header of what Kea will pack: cookie, options and the end.
constexpr std::size_t cookie_and_end_len = 5;

}  // namespace

ReplyAsMade::ReplyAsMade(const isc::dhcp::Pkt4& reply) {
  before_.has_siaddr = reply.getSiaddr().toUint32() != 0;
  before_.has_sname = reply.getSname().front() != 0;
  before_.has_file = reply.getFile().front() != 0;
  before_.len = core::header::cookie + cookie_and_end_len;
  for (const auto& [code, option] : reply.options_) {
    if (!option) continue;
    const std::size_t len = option->len();
    before_.len += len;
    const auto found = std::find(core::plan_codes.begin(), core::plan_codes.end(), code);
    if (found == core::plan_codes.end()) continue;
    auto& sum = before_.option_lens[static_cast<std::size_t>(found - core::plan_codes.begin())];
    sum = static_cast<std::uint16_t>(sum + len);
    if (code != core::option::etherboot) continue;
    const auto octets = option->toBinary();
    etherboot_.insert(etherboot_.end(), octets.begin(), octets.end());
  }
  before_.etherboot = etherboot_;
}

void apply(const core::ReplyPlan& plan, OptionPool& pool, isc::dhcp::Pkt4& reply) {
  // Everything that can fail is made first, so that a reply is written whole or not at all.
  std::array<OptionPtr, std::tuple_size_v<decltype(plan.options)>> written;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (plan.options[i].edit == core::Edit::write)
      written[i] = pool.option(plan.options[i].code, plan.options[i].value.view());
  }

  if (plan.siaddr) reply.setSiaddr(isc::asiolink::IOAddress(static_cast<std::uint32_t>(*plan.siaddr)));
  if (plan.writes_sname) reply.setSname(plan.sname.view().data(), plan.sname.view().size());
  if (plan.writes_file) reply.setFile(plan.file.view().data(), plan.file.view().size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    const core::OptionEdit& edit = plan.options[i];
    if (edit.edit == core::Edit::keep) continue;
    reply.options_.erase(edit.code);
    if (written[i]) reply.options_.emplace(edit.code, std::move(written[i]));
  }
}

}  // namespace chainload::kea

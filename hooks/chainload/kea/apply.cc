// SPDX-License-Identifier: MPL-2.0
// Writing a plan into a Pkt4.
#include "apply.h"

#include <dhcp/option.h>

#include <boost/make_shared.hpp>

namespace chainload::kea {
namespace {

using isc::dhcp::Option;
using isc::dhcp::OptionPtr;

/// A generic Option: OptionString would trim the NUL that old ROMs need. One allocation for the object and its
/// count, one for the value: an OptionBuffer made first would be copied.
OptionPtr make_option(const core::OptionEdit& edit) {
  const core::Bytes value = edit.value.view();
  auto option = boost::make_shared<Option>(Option::V4, edit.code);
  option->setData(value.begin(), value.end());
  return option;
}

}  // namespace

ReplyAsMade::ReplyAsMade(const isc::dhcp::Pkt4& reply)
    : has_vendor_specific_(reply.options_.count(core::option::vendor_specific) != 0) {
  const auto found = reply.options_.find(core::option::etherboot);
  if (found != reply.options_.end() && found->second) etherboot_ = found->second->toBinary();
}

void apply(const core::ReplyPlan& plan, isc::dhcp::Pkt4& reply) {
  // Everything that can fail is made first, so that a reply is written whole or not at all.
  std::array<OptionPtr, std::tuple_size_v<decltype(plan.options)>> written;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (plan.options[i].edit == core::Edit::write) written[i] = make_option(plan.options[i]);
  }

  reply.setSiaddr(isc::asiolink::IOAddress(static_cast<std::uint32_t>(plan.siaddr)));
  reply.setSname(plan.sname.view().data(), plan.sname.view().size());
  reply.setFile(plan.file.view().data(), plan.file.view().size());
  for (std::size_t i = 0; i < written.size(); ++i) {
    const core::OptionEdit& edit = plan.options[i];
    if (edit.edit == core::Edit::keep) continue;
    reply.options_.erase(edit.code);
    if (written[i]) reply.options_.emplace(edit.code, std::move(written[i]));
  }
}

}  // namespace chainload::kea

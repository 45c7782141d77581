// SPDX-License-Identifier: MPL-2.0
// The reply as data: what is written, removed or kept in each boot field. Whoever applies it adds nothing of
// its own.
#pragma once

#include "decide.h"

namespace chainload::core {

enum class Edit : std::uint8_t {
  keep,   // as the server made it, present or not
  write,  // exactly these octets, in place of whatever stood there
  remove
};

struct OptionEdit {
  std::uint8_t code = 0;
  Edit edit = Edit::keep;
  BoundedBytes<255> value;
};

/// What the server itself put into the reply, as far as the plan depends on it.
struct ReplyBefore {
  bool has_vendor_specific = false;  // option 43
  Bytes etherboot;                   // option 175; empty when absent
};

struct ReplyPlan {
  Ipv4 siaddr{};
  BoundedBytes<header::sname_len> sname;  // empty: cleared
  BoundedBytes<header::file_len> file;    // empty: cleared, the name stands in option 67 alone
  std::array<OptionEdit, 6> options;      // 43, 60, 66, 67, 97, 175, in this order
};

/// Only for a decision whose outcome is boot.
ReplyPlan plan_reply(const Facts& facts, const Decision& decision, const ReplyBefore& before);

}  // namespace chainload::core

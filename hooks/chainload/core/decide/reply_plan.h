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

/// The options that a plan speaks of, in its order.
inline constexpr std::array<std::uint8_t, 6> plan_codes = {option::vendor_specific, option::vendor_class,
                                                           option::tftp_server,     option::boot_file,
                                                           option::client_uuid,     option::etherboot};

/// What the server itself put into the reply, as far as the plan depends on it.
struct ReplyBefore {
  bool has_siaddr = false;
  bool has_sname = false;
  bool has_file = false;
  /// Of each of plan_codes: its length with code and length octets; 0 where the reply has none.
  std::array<std::uint16_t, plan_codes.size()> option_lens{};
  Bytes etherboot;      // the value of option 175; empty when absent
  std::size_t len = 0;  // of the whole message as it would be sent; 0: not known, and nothing is left out
};

struct ReplyPlan {
  std::optional<Ipv4> siaddr;  // absent: as the server made it
  bool writes_sname = false;   // otherwise as the server made it
  bool writes_file = false;
  BoundedBytes<header::sname_len> sname;  // empty: cleared
  BoundedBytes<header::file_len> file;    // empty: cleared
  std::array<OptionEdit, plan_codes.size()> options;

  FirstFew<std::uint8_t, plan_codes.size()> left_out;  // options that would have made the reply too long
  std::size_t most_len = 0;                            // the longest message this client takes
  bool fits = true;  // false: even so it is too long; nothing of the plan is to be written, and it is logged
};

/// Only for a decision whose outcome is boot or denied.
ReplyPlan plan_reply(const Facts& facts, const Decision& decision, const ReplyBefore& before);

/// The longest DHCP message a client says it takes: the claim of option 57 is that of an IP datagram, of at
/// least 576 octets [rfc2132 9.10, rfc2131 2], and here never more than an Ethernet frame carries.
std::size_t longest_reply(const Facts& facts);

/// Why a plan does not fit, and the remedy. Only for one that does not.
std::string too_long_text(const Decision& decision, const ReplyPlan& plan);

}  // namespace chainload::core

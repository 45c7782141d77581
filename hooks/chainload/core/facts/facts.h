// SPDX-License-Identifier: MPL-2.0
// What one query says about itself, read once from its raw BOOTP payload. Everything the decision knows
// stands here.
#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "bytes.h"
#include "dhcp.h"

namespace chainload::core {

/// IPv4 address in host byte order.
enum class Ipv4 : std::uint32_t { unset = 0 };

inline constexpr std::size_t user_classes_read = 16;
inline constexpr std::size_t architectures_read = 8;

/// Option 77. RFC 3004 wants a list of (length, data) items; gPXE, iPXE and Windows send one raw string.
/// It is a list when its lengths fill the option exactly and none is zero, otherwise it is one raw string.
struct UserClasses {
  Bytes raw;
  bool is_list = false;
  FirstFew<Bytes, user_classes_read> items;  // the raw value alone when it is not a list

  /// Exact, with case; the raw value matches too, whichever the encoding.
  [[gnu::noinline]] constexpr bool name(std::string_view text) const {
    if (equals(raw, text)) return true;
    for (const Bytes item : items.kept()) {
      if (equals(item, text)) return true;
    }
    return false;
  }
};

constexpr UserClasses read_user_classes(Bytes value) {
  UserClasses classes;
  classes.raw = value;
  std::size_t at = 0;
  while (at < value.size()) {
    const std::size_t claimed_len = value[at];
    if (claimed_len == 0 || claimed_len > value.size() - at - 1) break;
    at += 1 + claimed_len;
  }
  classes.is_list = !value.empty() && at == value.size();
  if (!classes.is_list) {
    classes.items.push(value);
    return classes;
  }
  for (at = 0; at < value.size(); at += 1 + std::size_t{value[at]}) {
    classes.items.push(value.subspan(at + 1, value[at]));
  }
  return classes;
}

/// Option 175 as gPXE and iPXE send it. Only a value that parses to its last octet as sub-options counts:
/// others use 175 for a plain URL.
struct EtherbootOptions {
  bool is_whole = false;
  std::bitset<256> present;   // by sub-option code
  std::bitset<256> features;  // feature codes whose value is not zero
  Bytes version;              // three octets, or empty
  Bytes bus_id;               // type, vendor, device: five octets, or empty

  /// gPXE and iPXE always send one of these two; nobody else is known to.
  bool names_a_loader() const {
    return is_whole && (present[etherboot::version] || present[etherboot::bus_id]);
  }
};

EtherbootOptions read_etherboot_options(Bytes value);

enum class Defect : std::uint8_t {
  none,
  short_header,     // fewer octets than the BOOTP header has
  not_a_request,    // op is not BOOTREQUEST
  no_cookie,        // no options can be read
  option_cut_short  // an option claims more octets than there are; what stands before it was read
};

/// The views point into the payload given to read_facts, or into `joined`: both must outlive them.
struct Facts {
  Facts() = default;
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;
  Facts(Facts&&) = default;
  Facts& operator=(Facts&&) = default;

  Defect defect = Defect::none;
  std::uint8_t htype = 0;
  Bytes hardware_address;  // at most 16 octets; empty for IPoIB
  std::uint32_t xid = 0;
  Ipv4 client_address{};  // ciaddr
  Ipv4 relay{};           // giaddr
  std::uint8_t message_type = message::bootp;

  std::optional<UserClasses> user_classes;
  std::optional<Bytes> vendor_class;  // option 60 without trailing NULs; empty counts as absent
  FirstFew<std::uint16_t, architectures_read> architectures;
  std::optional<Bytes> client_architecture_raw;  // option 93 as sent, odd octet included
  std::optional<Bytes> client_interface;
  std::optional<Bytes> client_uuid;
  std::optional<Bytes> client_id;
  std::optional<Bytes> relay_agent;
  std::optional<std::uint16_t> max_message_size;
  Bytes requested_options;
  std::optional<EtherbootOptions> etherboot;

  std::vector<std::uint8_t> joined;  // values that came in pieces [rfc3396]; stays empty otherwise

  bool is_readable_request() const { return defect == Defect::none || defect == Defect::option_cut_short; }
  bool asks_for(std::uint8_t code) const {
    return !requested_options.empty() &&
           std::memchr(requested_options.data(), code, requested_options.size()) != nullptr;
  }
};

/// Never fails: what cannot be read is absent and `defect` says why.
Facts read_facts(Bytes payload);

}  // namespace chainload::core

// SPDX-License-Identifier: MPL-2.0
// What each kind of client is written, and in which form.
#include "reply_plan.h"

#include "option_walk.h"
#include "reply_limits.h"

namespace chainload::core {
namespace {

/// Discovery control: bit 3, "if a boot file name is present, download it at once" [pxe 2.1, option 43
/// sub-option 6]; the list ends with 255. EDK2 takes an offer with 60 but without 43 for a BINL offer and
/// asks port 4011.
constexpr std::array<std::uint8_t, 4> download_at_once = {6, 1, 8, 255};

/// 175.176 = 1: gPXE and iPXE then do not wait for a ProxyDHCP server.
constexpr std::array<std::uint8_t, 3> no_proxydhcp = {etherboot::no_proxydhcp, 1, 1};

/// Everything appended here was checked to fit: names by the decision, the rest by construction.
template <class Value>
OptionEdit write(std::uint8_t code, const Value& value) {
  OptionEdit edit{.code = code, .edit = Edit::write, .value = {}};
  if (!edit.value.append(value)) edit.edit = Edit::keep;
  return edit;
}

constexpr OptionEdit keep(std::uint8_t code) {
  return {.code = code, .edit = Edit::keep, .value = {}};
}
constexpr OptionEdit remove(std::uint8_t code) {
  return {.code = code, .edit = Edit::remove, .value = {}};
}

OptionEdit boot_file_option(const Decision& decision) {
  OptionEdit edit = write(option::boot_file, decision.boot_file);
  constexpr std::array<std::uint8_t, 1> nul = {0};
  if (wants_nul(decision.kind) && !edit.value.append(Bytes(nul))) edit.edit = Edit::keep;
  return edit;
}

/// The dotted next-server, since the short form has no name to give, and only where the client asked for it.
OptionEdit tftp_server_option(const Facts& facts, const Decision& decision) {
  if (!facts.asks_for(option::tftp_server)) return remove(option::tftp_server);
  return write(option::tftp_server, decision.next_server_text);
}

/// Sub-options the server was configured to send stay; ours is added unless it is there already.
OptionEdit etherboot_option(const Decision& decision, Bytes before) {
  if (!is_network_loader(decision.kind)) return keep(option::etherboot);
  bool has_no_proxydhcp = false;
  std::size_t whole_len = 0;
  const WalkEnd end = walk_options(before, [&](std::uint8_t code, Bytes value) {
    has_no_proxydhcp = has_no_proxydhcp || code == etherboot::no_proxydhcp;
    whole_len = static_cast<std::size_t>(value.data() + value.size() - before.data());
  });
  if (end == WalkEnd::cut_short || has_no_proxydhcp) return keep(option::etherboot);
  OptionEdit edit = write(option::etherboot, before.first(whole_len));
  if (!edit.value.append(Bytes(no_proxydhcp))) edit.edit = Edit::keep;
  return edit;
}

}  // namespace

ReplyPlan plan_reply(const Facts& facts, const Decision& decision, const ReplyBefore& before) {
  ReplyPlan plan;
  plan.siaddr = decision.next_server;

  const bool fits_file = decision.boot_file.size() <= file_field_max && plan.file.append(decision.boot_file);
  static_cast<void>(fits_file);  // otherwise the field stays empty and option 67 carries the name alone

  OptionEdit vendor_specific = keep(option::vendor_specific);
  OptionEdit vendor_class = keep(option::vendor_class);
  if (is_network_loader(decision.kind)) {
    vendor_specific = remove(option::vendor_specific);
    vendor_class = remove(option::vendor_class);
  } else if (decision.kind == ClientKind::http_client) {
    vendor_specific = remove(option::vendor_specific);
    vendor_class = write(option::vendor_class, std::string_view("HTTPClient"));
  } else if (decision.kind == ClientKind::pxe_client && !before.has_vendor_specific) {
    vendor_specific = write(option::vendor_specific, Bytes(download_at_once));
    vendor_class = write(option::vendor_class, std::string_view("PXEClient"));
  }

  const bool echo_uuid = facts.client_uuid && facts.client_uuid->size() == 17;
  plan.options = {vendor_specific,
                  vendor_class,
                  tftp_server_option(facts, decision),
                  boot_file_option(decision),
                  echo_uuid ? write(option::client_uuid, *facts.client_uuid) : keep(option::client_uuid),
                  etherboot_option(decision, before.etherboot)};
  return plan;
}

}  // namespace chainload::core

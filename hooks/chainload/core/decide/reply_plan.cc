// SPDX-License-Identifier: MPL-2.0
// What each kind of client is written, and in which form.
#include "reply_plan.h"

#include "core/facts/option_walk.h"
#include "core/rules/reply_limits.h"

namespace chainload::core {
namespace {

/// Discovery control: bit 3, "if a boot file name is present, download it at once" [pxe 2.1, option 43
/// sub-option 6]; the list ends with 255. EDK2 takes an offer with 60 but without 43 for a BINL offer and
/// asks port 4011.
constexpr std::array<std::uint8_t, 4> download_at_once = {6, 1, 8, 255};

/// 175.176 = 1: gPXE and iPXE then do not wait for a ProxyDHCP server.
constexpr std::array<std::uint8_t, 3> no_proxydhcp = {etherboot::no_proxydhcp, 1, 1};

constexpr std::string_view pxe_client = "PXEClient";
constexpr std::string_view http_client = "HTTPClient";

constexpr std::size_t index_of(std::uint8_t code) {
  std::size_t i = 0;
  while (plan_codes[i] != code) ++i;
  return i;
}

/// One plan in the making: what the rule's `reply` says is heeded in the same way for every option.
class Planner {
 public:
  Planner(const Facts& facts, const Decision& decision, const ReplyBefore& before, ReplyPlan& plan)
      : facts_(facts), decision_(decision), form_(decision.form()), before_(before), plan_(plan) {}

  void write_fields() {
    const auto stays = [&](bool has) { return form_.keep_existing && has; };
    if (decision_.next_server && !stays(before_.has_siaddr)) plan_.siaddr = decision_.next_server;
    // What is not written is cleared, so that no client reads a name of the server's beside ours.
    const bool in_fields = form_.write != Write::options;
    plan_.writes_sname = !stays(before_.has_sname);
    if (plan_.writes_sname && in_fields) append(plan_.sname, decision_.server_hostname.view());
    plan_.writes_file = decision_.has_boot_file && !stays(before_.has_file);
    if (plan_.writes_file && in_fields && decision_.boot_file.view().size() <= file_field_max) {
      append(plan_.file, decision_.boot_file.view());
    }
  }

  /// 66 and 67.
  void write_names() {
    const bool in_options = form_.write != Write::fields;
    if (decision_.has_boot_file) {
      if (in_options) {
        constexpr std::array<std::uint8_t, 1> nul = {0};
        write(option::boot_file, decision_.boot_file.view(),
              writes_nul(form_, decision_.kind) ? Bytes(nul) : Bytes());
      } else {
        remove(option::boot_file);
      }
    }
    const Bytes name = decision_.server_hostname.view();
    if (in_options && !name.empty()) {
      write(option::tftp_server, name);
    } else if (in_options && decision_.next_server && facts_.asks_for(option::tftp_server)) {
      write(option::tftp_server, bytes_of(decision_.next_server_text));
    } else if (decision_.next_server || !name.empty()) {
      remove(option::tftp_server);
    }
  }

  /// 60 and 43: what the rule says, else what this kind of client needs.
  void write_invitation() {
    if (form_.vendor_class == Choice::yes) write(option::vendor_class, bytes_of(form_.vendor_class_text));
    if (form_.discovery_control == Choice::yes) write(option::vendor_specific, Bytes(download_at_once));
    if (form_.write == Write::fields) return;
    const bool auto_class = form_.vendor_class == Choice::automatic;
    const bool auto_control = form_.discovery_control == Choice::automatic;
    if (is_network_loader(decision_.kind)) {
      if (auto_class) remove(option::vendor_class);
      if (auto_control) remove(option::vendor_specific);
    } else if (decision_.kind == ClientKind::http_client) {
      if (auto_class) write(option::vendor_class, bytes_of(http_client));
      if (auto_control) remove(option::vendor_specific);
    } else if (decision_.kind == ClientKind::pxe_client && !has(option::vendor_specific)) {
      // Together or neither: one that the rule keeps back keeps the other back.
      const bool both = form_.vendor_class != Choice::no && form_.discovery_control != Choice::no &&
                        may_write(option::vendor_class) && may_write(option::vendor_specific);
      if (both && auto_class) write(option::vendor_class, bytes_of(pxe_client));
      if (both && auto_control) write(option::vendor_specific, Bytes(download_at_once));
    }
  }

  void write_uuid() {
    const bool whole = facts_.client_uuid && facts_.client_uuid->size() == 17;
    if (whole && form_.write != Write::fields) write(option::client_uuid, *facts_.client_uuid);
  }

  /// Sub-options the server was configured to send stay; ours is added unless it is there already.
  void write_etherboot() {
    const bool wanted = form_.no_proxydhcp == Choice::automatic
                            ? is_network_loader(decision_.kind) && form_.write != Write::fields
                            : form_.no_proxydhcp == Choice::yes;
    if (!wanted) return;
    bool has_no_proxydhcp = false;
    std::size_t whole_len = 0;
    const WalkEnd end = walk_options(before_.etherboot, [&](std::uint8_t code, Bytes value) {
      has_no_proxydhcp = has_no_proxydhcp || code == etherboot::no_proxydhcp;
      whole_len = static_cast<std::size_t>(value.data() + value.size() - before_.etherboot.data());
    });
    if (end == WalkEnd::cut_short || has_no_proxydhcp) return;
    write(option::etherboot, before_.etherboot.first(whole_len), Bytes(no_proxydhcp));
  }

  [[gnu::cold, gnu::noinline]] void remove_all() {
    plan_.siaddr = Ipv4::unset;
    plan_.writes_sname = true;
    plan_.writes_file = true;
    for (const std::uint8_t code :
         {option::vendor_specific, option::vendor_class, option::tftp_server, option::boot_file}) {
      edit(code).edit = Edit::remove;
    }
  }

  /// Leaves out what the client can best do without, one after the other, until the reply is short enough.
  void fit() {
    plan_.most_len = longest_reply(facts_);
    if (before_.len == 0) return;
    const std::size_t most =
        std::max(plan_.most_len, before_.len);  // what the server itself sends is its own affair
    if (len() > most) shorten(most);
  }

 private:
  [[gnu::cold, gnu::noinline]] void shorten(std::size_t most) {
    const auto leave_out = [&](std::uint8_t code, Edit instead) {
      if (len() <= most || edit(code).edit != Edit::write) return;
      edit(code).edit = instead;
      plan_.left_out.push(code);
    };
    leave_out(option::tftp_server, Edit::remove);  // siaddr says the same
    leave_out(option::client_uuid, Edit::keep);
    leave_out(option::etherboot, Edit::keep);  // costs seconds of waiting
    const bool in_file = plan_.writes_file && !plan_.file.empty();
    if (in_file && !is_http()) leave_out(option::boot_file, Edit::remove);
    if (!is_http() && len() > most) {
      // Together or neither: EDK2 takes an offer with 60 alone for another kind of offer.
      for (const std::uint8_t code : {option::vendor_specific, option::vendor_class}) {
        if (edit(code).edit != Edit::write) continue;
        edit(code).edit = Edit::keep;
        plan_.left_out.push(code);
      }
    }
    plan_.fits = len() <= most;
  }

  static Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  bool is_http() const { return decision_.kind == ClientKind::http_client; }
  OptionEdit& edit(std::uint8_t code) { return plan_.options[index_of(code)]; }
  bool has(std::uint8_t code) const { return before_.option_lens[index_of(code)] != 0; }
  bool may_write(std::uint8_t code) const {
    return !(form_.keep_existing && has(code)) && (form_.force || facts_.asks_for(code));
  }

  template <std::size_t capacity>
  static void append(BoundedBytes<capacity>& field, Bytes value) {
    if (!field.append(value)) field.clear();  // measured before: cannot happen
  }

  [[gnu::noinline]] void write(std::uint8_t code, Bytes value, Bytes more = {}) {
    if (!may_write(code)) return;
    OptionEdit& to = edit(code);
    to.edit = to.value.append(value) && to.value.append(more) ? Edit::write : Edit::keep;
  }
  [[gnu::noinline]] void remove(std::uint8_t code) {
    if (!(form_.keep_existing && has(code))) edit(code).edit = Edit::remove;
  }

  /// Of the message that would be sent.
  std::size_t len() const {
    std::size_t sum = before_.len;
    for (std::size_t i = 0; i < plan_codes.size(); ++i) {
      const OptionEdit& each = plan_.options[i];
      if (each.edit != Edit::keep) sum -= before_.option_lens[i];
      if (each.edit == Edit::write) sum += 2 + each.value.view().size();
    }
    return sum;
  }

  const Facts& facts_;
  const Decision& decision_;
  const ReplyForm& form_;
  const ReplyBefore& before_;
  ReplyPlan& plan_;
};

}  // namespace

std::size_t longest_reply(const Facts& facts) {
  constexpr std::size_t least = 576;
  constexpr std::size_t most = 1500;
  constexpr std::size_t ip_and_udp = 28;
  return std::clamp<std::size_t>(facts.max_message_size.value_or(least), least, most) - ip_and_udp;
}

ReplyPlan plan_reply(const Facts& facts, const Decision& decision, const ReplyBefore& before) {
  ReplyPlan plan;
  for (std::size_t i = 0; i < plan_codes.size(); ++i) plan.options[i].code = plan_codes[i];
  Planner planner(facts, decision, before, plan);
  if (decision.outcome == Outcome::denied) {
    planner.remove_all();
    return plan;
  }
  planner.write_fields();
  planner.write_names();
  planner.write_invitation();
  planner.write_uuid();
  planner.write_etherboot();
  planner.fit();
  return plan;
}

std::string too_long_text(const Decision& decision, const ReplyPlan& plan) {
  return "the boot file name of " + std::to_string(decision.boot_file.view().size()) +
         " characters makes the reply longer than the " + std::to_string(plan.most_len) +
         " octets this client takes (option 57): use a name of at most " + std::to_string(file_field_max) +
         " characters, or send this client fewer options";
}

}  // namespace chainload::core

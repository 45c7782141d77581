// SPDX-License-Identifier: MPL-2.0
// What is written into the reply for each kind of client, octet by octet.
#include "core/decide/reply_plan.h"

#include "core/facts/option_walk.h"
#include "policies.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

ReplyBefore before_with_43() {
  ReplyBefore before;
  before.option_lens[0] = 6;
  return before;
}

ReplyBefore before_with_175(Bytes value) {
  ReplyBefore before;
  before.option_lens[5] = static_cast<std::uint16_t>(2 + value.size());
  before.etherboot = value;
  return before;
}

struct Planned {
  Facts facts;
  Decision decision;
  ReplyPlan plan;
};

Planned plan_for(const Query& query, const Policy& policy, const ReplyBefore& before = {}) {
  Planned planned{read_facts(query.payload()), {}, {}};
  planned.decision = decide(planned.facts, {}, policy);
  EXPECT_EQ(planned.decision.outcome, Outcome::boot);
  planned.plan = plan_reply(planned.facts, planned.decision, before);
  return planned;
}

const OptionEdit& edit_of(const ReplyPlan& plan, std::uint8_t code) {
  for (const OptionEdit& edit : plan.options) {
    if (edit.code == code) return edit;
  }
  throw std::logic_error("the plan says nothing of option " + std::to_string(code));
}

/// `keep`, `remove`, or the octets as a string.
std::string said(const ReplyPlan& plan, std::uint8_t code) {
  const OptionEdit& edit = edit_of(plan, code);
  if (edit.edit == Edit::keep) return "keep";
  if (edit.edit == Edit::remove) return "remove";
  return std::string(as_text(edit.value.view()));
}

constexpr std::string_view at_once("\x06\x01\x08\xff", 4);
constexpr std::string_view no_proxy("\xb0\x01\x01", 3);

TEST(reply_plan, gpxe_is_given_the_script_without_nul_and_without_pxe_options) {
  const Query query = gpxe_discover();
  const auto [facts, decision, plan] = plan_for(query, default_policy());
  EXPECT_EQ(plan.siaddr, parse_ipv4("192.0.2.10"));
  EXPECT_TRUE(plan.sname.empty());
  EXPECT_EQ(as_text(plan.file.view()), "http://192.0.2.10/boot.php?mac=${mac}");
  EXPECT_EQ(said(plan, 67), "http://192.0.2.10/boot.php?mac=${mac}");
  EXPECT_EQ(said(plan, 66), "192.0.2.10");
  EXPECT_EQ(said(plan, 60), "remove");
  EXPECT_EQ(said(plan, 43), "remove");
  EXPECT_EQ(said(plan, 175), no_proxy);
  EXPECT_EQ(said(plan, 97), as_text(*facts.client_uuid));
}

TEST(reply_plan, old_rom_is_given_a_nul_and_60_with_43) {
  const Query query = old_rom_discover();
  const auto [facts, decision, plan] = plan_for(query, default_policy());
  EXPECT_EQ(said(plan, 67), std::string_view("undionly.kpxe\0", 14));
  EXPECT_EQ(as_text(plan.file.view()), "undionly.kpxe");
  EXPECT_EQ(said(plan, 60), "PXEClient");
  EXPECT_EQ(said(plan, 43), at_once);
  EXPECT_EQ(said(plan, 66), "remove");  // it did not ask
  EXPECT_EQ(said(plan, 175), "keep");
}

TEST(reply_plan, 60_and_43_are_written_together_or_neither) {
  const Query query = edk2_pxe_request();
  const auto [facts, decision, plan] = plan_for(query, default_policy(), before_with_43());
  EXPECT_EQ(said(plan, 60), "keep");
  EXPECT_EQ(said(plan, 43), "keep");
  EXPECT_EQ(said(plan, 67), std::string_view("snponly.efi\0", 12));
}

TEST(reply_plan, http_client_is_told_httpclient_and_given_a_url_without_nul) {
  const Query query = edk2_http_discover();
  const auto [facts, decision, plan] = plan_for(query, default_policy(), before_with_43());
  EXPECT_EQ(said(plan, 60), "HTTPClient");
  EXPECT_EQ(said(plan, 43), "remove");
  EXPECT_EQ(said(plan, 67), "http://192.0.2.10/snponly.efi");
}

TEST(reply_plan, client_that_only_names_an_architecture_gets_no_pxe_options) {
  ScopeSettings settings = short_form();
  settings.short_form.firmware = Firmware{{"arm64-uboot", "u.img"}};
  const Query query = uboot_discover();
  const auto [facts, decision, plan] = plan_for(query, policy_of(settings));
  EXPECT_EQ(said(plan, 60), "keep");
  EXPECT_EQ(said(plan, 43), "keep");
  EXPECT_EQ(said(plan, 175), "keep");
  EXPECT_EQ(said(plan, 67), "u.img");
}

TEST(reply_plan, uuid_is_echoed_only_with_17_octets) {
  for (const std::size_t len : {0u, 1u, 16u, 17u, 18u}) {
    Query query =
        Query().message(1).arch(0).put(60, "PXEClient").octet(97).octet(static_cast<std::uint8_t>(len));
    for (std::size_t i = 0; i < len; ++i) query.octet(static_cast<std::uint8_t>(i));
    query.end();
    const auto [facts, decision, plan] = plan_for(query, default_policy());
    EXPECT_EQ(edit_of(plan, 97).edit, len == 17 ? Edit::write : Edit::keep) << len;
  }
}

TEST(reply_plan, server_addresses_are_written_without_leading_zeros) {
  for (const char* address : {"1.2.3.4", "10.0.0.1", "192.168.100.209", "101.110.10.5"}) {
    ScopeSettings settings = short_form();
    settings.short_form.next_server = address;
    const Query query = gpxe_discover();
    EXPECT_EQ(said(plan_for(query, policy_of(settings)).plan, 66), address);
  }
}

TEST(reply_plan, 127_characters_stand_in_file_and_67_and_128_in_67_alone) {
  for (const std::size_t len : {126u, 127u, 128u, 129u, 252u, 253u}) {
    ScopeSettings settings = short_form();
    settings.short_form.script = std::string(len, 's');
    const Query query = gpxe_discover();
    const auto planned = plan_for(query, policy_of(settings));
    EXPECT_EQ(planned.plan.file.view().size(), len <= 127 ? len : 0) << len;
    EXPECT_EQ(said(planned.plan, 67), *settings.short_form.script) << len;
  }
}

TEST(reply_plan, 252_characters_and_a_nul_fill_option_67_of_uefi) {
  ScopeSettings settings = short_form();
  settings.short_form.firmware = Firmware{{"x64-uefi", std::string(252, 'u')}, {"x64-uefi-http", "h.efi"}};
  const Query query = edk2_pxe_request();
  const auto planned = plan_for(query, policy_of(settings));
  EXPECT_EQ(said(planned.plan, 67).size(), 253u);
  EXPECT_TRUE(planned.plan.file.empty());
}

std::string merged(std::initializer_list<std::uint8_t> before) {
  const std::vector<std::uint8_t> octets(before);
  const Query query = gpxe_discover();
  return said(plan_for(query, default_policy(), before_with_175(octets)).plan, 175);
}

TEST(reply_plan, configured_etherboot_options_stay_beside_ours) {
  EXPECT_EQ(merged({8, 1, 1}), std::string("\x08\x01\x01", 3) + std::string(no_proxy));
  EXPECT_EQ(merged({8, 1, 1, 255}), std::string("\x08\x01\x01", 3) + std::string(no_proxy));
  EXPECT_EQ(merged({176, 1, 0}), "keep");      // the administrator's word stands
  EXPECT_EQ(merged({'h', 't', 't'}), "keep");  // not a list: nothing to add to
  const Query query = gpxe_discover();
  std::vector<std::uint8_t> full = {81, 251};
  full.resize(253, 'x');
  EXPECT_EQ(said(plan_for(query, default_policy(), before_with_175(full)).plan, 175), "keep");
}

}  // namespace
}  // namespace chainload::tests

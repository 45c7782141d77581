// SPDX-License-Identifier: MPL-2.0
// Each key of `reply`, what denying takes out, and how a reply is kept as short as the client wants it.
#include <map>

#include "core/decide/reply_plan.h"
#include "rules_of.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

struct Planned {
  Query query;
  Facts facts;
  Decision decision;
  ReplyPlan plan;
};

Planned plan_for(const std::string& rule_more, const Query& query, const ReplyBefore& before = {},
                 const std::string& boot = R"({"next-server": "192.0.2.10", "boot-file-name": "f"})") {
  static std::vector<std::unique_ptr<Policy>> kept;  // decisions view into them
  kept.push_back(std::make_unique<Policy>(
      policy_from(R"({"rules": [{"name": "r", )" + rule_more + R"("boot": )" + boot + "}]}")));
  Planned planned{query, {}, {}, {}};
  planned.facts = read_facts(planned.query.payload());
  planned.decision = decide(planned.facts, {}, *kept.back());
  planned.plan = plan_reply(planned.facts, planned.decision, before);
  return planned;
}

/// `keep`, `remove`, or the octets as a string.
std::string said(const ReplyPlan& plan, std::uint8_t code) {
  for (const OptionEdit& edit : plan.options) {
    if (edit.code != code) continue;
    if (edit.edit == Edit::keep) return "keep";
    if (edit.edit == Edit::remove) return "remove";
    return std::string(as_text(edit.value.view()));
  }
  return "no such option";
}

std::string with_reply(const std::string& reply, const Query& query, std::uint8_t code,
                       const ReplyBefore& before = {}) {
  return said(plan_for(R"("reply": {)" + reply + "}, ", query, before).plan, code);
}

ReplyBefore full_reply() {
  ReplyBefore before;
  before.has_siaddr = before.has_sname = before.has_file = true;
  before.option_lens.fill(10);
  return before;
}

constexpr std::string_view at_once("\x06\x01\x08\xff", 4);
constexpr std::string_view no_proxy("\xb0\x01\x01", 3);

TEST(reply_form, write_says_where_the_name_stands_and_clears_the_other_place) {
  const auto both = plan_for("", old_rom_discover()).plan;
  EXPECT_EQ(as_text(both.file.view()), "f");
  EXPECT_EQ(said(both, 67), std::string_view("f\0", 2));
  const auto fields = plan_for(R"("reply": {"write": "fields"}, )", old_rom_discover()).plan;
  EXPECT_EQ(fields.siaddr, parse_ipv4("192.0.2.10"));
  EXPECT_EQ(as_text(fields.file.view()), "f");
  for (const std::uint8_t code : {43, 60, 97, 175}) EXPECT_EQ(said(fields, code), "keep") << int{code};
  EXPECT_EQ(said(fields, 67), "remove");
  EXPECT_EQ(said(fields, 66), "remove");
  const auto options = plan_for(R"("reply": {"write": "options"}, )", old_rom_discover()).plan;
  EXPECT_EQ(options.siaddr, parse_ipv4("192.0.2.10"));
  EXPECT_TRUE(options.writes_file && options.file.empty());
  EXPECT_EQ(said(options, 67), std::string_view("f\0", 2));
}

TEST(reply_form, null_terminate) {
  EXPECT_EQ(with_reply(R"("null-terminate": "auto")", old_rom_discover(), 67), std::string_view("f\0", 2));
  EXPECT_EQ(with_reply(R"("null-terminate": false)", old_rom_discover(), 67), "f");
  EXPECT_EQ(with_reply(R"("null-terminate": "auto")", gpxe_discover(), 67), "f");
  EXPECT_EQ(with_reply(R"("null-terminate": true)", gpxe_discover(), 67), std::string_view("f\0", 2));
}

TEST(reply_form, vendor_class_and_discovery_control) {
  EXPECT_EQ(with_reply(R"("vendor-class": "X")", gpxe_discover(), 60), "X");
  EXPECT_EQ(with_reply(R"("vendor-class": "X")", old_rom_discover(), 43), at_once);
  EXPECT_EQ(with_reply(R"("vendor-class": false)", old_rom_discover(), 60), "keep");
  EXPECT_EQ(with_reply(R"("vendor-class": false)", old_rom_discover(), 43), "keep");  // together or neither
  EXPECT_EQ(with_reply(R"("vendor-class": false)", edk2_http_discover(), 60), "keep");
  EXPECT_EQ(with_reply(R"("discovery-control": false)", old_rom_discover(), 43), "keep");
  EXPECT_EQ(with_reply(R"("discovery-control": false)", old_rom_discover(), 60), "keep");
  EXPECT_EQ(with_reply(R"("discovery-control": true)", gpxe_discover(), 43), at_once);
  EXPECT_EQ(with_reply(R"("discovery-control": true)", old_rom_discover(), 43, full_reply()), at_once);
  EXPECT_EQ(with_reply(R"("write": "fields", "vendor-class": "X")", old_rom_discover(), 60), "X");
}

TEST(reply_form, no_proxydhcp) {
  EXPECT_EQ(with_reply(R"("no-proxydhcp": "auto")", gpxe_discover(), 175), no_proxy);
  EXPECT_EQ(with_reply(R"("no-proxydhcp": false)", gpxe_discover(), 175), "keep");
  EXPECT_EQ(with_reply(R"("no-proxydhcp": "auto")", old_rom_discover(), 175), "keep");
  EXPECT_EQ(with_reply(R"("no-proxydhcp": true)", old_rom_discover(), 175), no_proxy);
}

TEST(reply_form, without_force_only_options_the_client_asks_for_are_written) {
  const Query asks_for_67 = Query().message(1).arch(0).put(60, "PXEClient").put(55, {1, 67}).uuid().end();
  EXPECT_EQ(with_reply(R"("force": false)", asks_for_67, 67), std::string_view("f\0", 2));
  EXPECT_EQ(with_reply(R"("force": false)", asks_for_67, 60), "keep");
  EXPECT_EQ(with_reply(R"("force": false)", asks_for_67, 43), "keep");
  EXPECT_EQ(with_reply(R"("force": false)", asks_for_67, 97), "keep");
  const Query asks_for_60 = Query().message(1).arch(0).put(60, "PXEClient").put(55, {60}).end();
  EXPECT_EQ(with_reply(R"("force": false)", asks_for_60, 60), "keep");  // not without 43
  EXPECT_EQ(with_reply(R"("force": true)", asks_for_60, 67), std::string_view("f\0", 2));
  const Query asks_for_both = Query().message(1).arch(0).put(60, "PXEClient").put(55, {60, 43}).end();
  EXPECT_EQ(with_reply(R"("force": false)", asks_for_both, 60), "PXEClient");
}

TEST(reply_form, existing_fields_are_replaced_or_kept) {
  const auto replaced = plan_for("", gpxe_discover(), full_reply()).plan;
  EXPECT_TRUE(replaced.siaddr && replaced.writes_sname && replaced.writes_file);
  EXPECT_EQ(said(replaced, 67), "f");
  const auto kept = plan_for(R"("reply": {"existing": "keep"}, )", gpxe_discover(), full_reply()).plan;
  EXPECT_FALSE(kept.siaddr || kept.writes_sname || kept.writes_file);
  for (const std::uint8_t code : plan_codes) EXPECT_EQ(said(kept, code), "keep") << int{code};
  const auto missing = plan_for(R"("reply": {"existing": "keep"}, )", gpxe_discover()).plan;
  EXPECT_TRUE(missing.siaddr && missing.writes_sname && missing.writes_file);
  EXPECT_EQ(said(missing, 67), "f");
}

TEST(reply_form, server_hostname_stands_in_sname_and_66_else_the_address_where_asked) {
  const std::string named = R"({"boot-file-name": "f", "server-hostname": "boot.example"})";
  const auto plan = plan_for("", old_rom_discover(), {}, named).plan;
  EXPECT_EQ(as_text(plan.sname.view()), "boot.example");
  EXPECT_EQ(said(plan, 66), "boot.example");
  EXPECT_FALSE(plan.siaddr);
  EXPECT_EQ(said(plan_for("", gpxe_discover()).plan, 66), "192.0.2.10");
  EXPECT_EQ(said(plan_for("", old_rom_discover()).plan, 66), "remove");
  const auto nothing = plan_for("", gpxe_discover(), {}, R"({"boot-file-name": "http://h/s"})").plan;
  EXPECT_FALSE(nothing.siaddr);
  EXPECT_EQ(said(nothing, 66), "keep");
}

TEST(reply_form, a_rule_may_name_the_server_alone) {
  const auto plan = plan_for("", old_rom_discover(), full_reply(), R"({"next-server": "192.0.2.10"})").plan;
  EXPECT_TRUE(plan.siaddr);
  EXPECT_FALSE(plan.writes_file);
  EXPECT_EQ(said(plan, 67), "keep");
}

TEST(reply_form, denying_takes_out_every_boot_field) {
  const auto plan = plan_for("", old_rom_discover(), full_reply(), R"({"deny": true})").plan;
  EXPECT_EQ(plan.siaddr, Ipv4::unset);
  EXPECT_TRUE(plan.writes_sname && plan.sname.empty() && plan.writes_file && plan.file.empty());
  for (const std::uint8_t code : {43, 60, 66, 67}) EXPECT_EQ(said(plan, code), "remove") << int{code};
  for (const std::uint8_t code : {97, 175}) EXPECT_EQ(said(plan, code), "keep") << int{code};
}

Query with_size(std::optional<std::uint16_t> size, std::string_view user_class = "") {
  Query query = Query().message(1).arch(0).put(60, "PXEClient").put(55, {66}).uuid();
  if (size) query.put(57, {static_cast<std::uint8_t>(*size >> 8), static_cast<std::uint8_t>(*size)});
  if (!user_class.empty()) query.put(77, user_class);
  return query.end();
}

TEST(reply_size, claims_of_option_57_are_held_within_reason) {
  const auto longest = [](std::optional<std::uint16_t> claim) {
    const Query query = with_size(claim);
    return longest_reply(read_facts(query.payload()));
  };
  for (const auto& [claim, most] :
       std::initializer_list<std::pair<std::uint16_t, std::size_t>>{{0, 548},
                                                                    {64, 548},
                                                                    {575, 548},
                                                                    {576, 548},
                                                                    {1260, 1232},
                                                                    {1472, 1444},
                                                                    {1500, 1472},
                                                                    {0xff00, 1472}}) {
    EXPECT_EQ(longest(claim), most) << claim;
  }
  EXPECT_EQ(longest(std::nullopt), 548u);
}

TEST(reply_size, what_the_client_can_do_without_is_left_out_first) {
  // With 66 (12 octets), 67 (4), 97 (19), 60 (11), 43 (6) the plan adds 52.
  std::map<std::size_t, std::string> left_out;
  for (std::size_t len = 490; len <= 548; ++len) {
    ReplyBefore before;
    before.len = len;
    const auto plan = plan_for("", with_size(0), before).plan;
    EXPECT_TRUE(plan.fits) << len;
    std::size_t sum = len;
    for (const OptionEdit& edit : plan.options) {
      if (edit.edit == Edit::write) sum += 2 + edit.value.view().size();
    }
    EXPECT_LE(sum, 548u) << len;
    EXPECT_EQ(as_text(plan.file.view()), "f");
    for (const std::uint8_t code : plan.left_out.kept()) left_out[len] += std::to_string(code) + " ";
  }
  EXPECT_EQ(left_out[496], "");
  EXPECT_EQ(left_out[497], "66 ");
  EXPECT_EQ(left_out[509], "66 97 ");
  EXPECT_EQ(left_out[528], "66 97 67 ");
  EXPECT_EQ(left_out[532], "66 97 67 43 60 ");
}

TEST(reply_size, what_the_server_itself_sends_too_much_is_not_ours_to_cut) {
  ReplyBefore before;
  before.len = 700;
  const auto plan = plan_for("", with_size(576), before).plan;
  EXPECT_TRUE(plan.fits);
  EXPECT_EQ(as_text(plan.file.view()), "f");
  EXPECT_EQ(said(plan, 67), "remove");
}

TEST(reply_size, a_name_that_only_67_can_carry_is_refused_when_there_is_no_room) {
  ReplyBefore before;
  before.len = 400;
  const std::string name = "http://192.0.2.10/" + std::string(182, 'n');  // 200
  const auto refused = plan_for("", with_size(576, "gPXE"), before, R"({"boot-file-name": ")" + name + "\"}");
  EXPECT_FALSE(refused.plan.fits);
  EXPECT_NE(too_long_text(refused.decision, refused.plan).find("200 characters"), std::string::npos);
  EXPECT_NE(too_long_text(refused.decision, refused.plan).find("548 octets"), std::string::npos);
  EXPECT_TRUE(
      plan_for("", with_size(1472, "gPXE"), before, R"({"boot-file-name": ")" + name + "\"}").plan.fits);
}

TEST(reply_size, an_http_client_keeps_its_60_and_67) {
  ReplyBefore before;
  before.len = 1450;
  const auto http = plan_for("", edk2_http_discover(), before, R"({"boot-file-name": "http://h/x"})");
  EXPECT_FALSE(http.plan.fits);  // EDK2 would drop the offer without them
  before.len = 1440;
  EXPECT_TRUE(plan_for("", edk2_http_discover(), before, R"({"boot-file-name": "http://h/x"})").plan.fits);
}

}  // namespace
}  // namespace chainload::tests

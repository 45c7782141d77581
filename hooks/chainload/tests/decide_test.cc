// SPDX-License-Identifier: MPL-2.0
// The table by client type, and the explanation that comes with each answer.
#include "core/decide/decide.h"

#include "core/decide/describe.h"
#include "policies.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using namespace core;

/// Keeps the query that the facts and the decision look into.
struct Answered {
  Answered(const Query& asked, const Policy& policy)
      : query(asked), facts(read_facts(query.payload())), decision(decide(facts, {}, policy, &trace)) {}
  Answered(const Answered&) = delete;

  Query query;
  Trace trace;
  Facts facts;
  Decision decision;
};

std::string rule_for(const Query& query, const Policy& policy) {
  return Answered(query, policy).decision.full_name();
}

TEST(decide, every_sample_is_answered_by_its_rule) {
  const Policy both = default_policy();
  const Policy only_gpxe = only_gpxe_policy();
  for (const Sample& sample : samples) {
    const Answered answered(sample.query, both);
    EXPECT_EQ(answered.decision.rule, sample.rule) << sample.name;
    EXPECT_EQ(rule_for(sample.query, only_gpxe), sample.rule_when_only_gpxe) << sample.name;
    EXPECT_EQ(boot_sign(answered.facts) != BootSign::none, sample.boot_client) << sample.name;
    EXPECT_EQ(answered.decision.concerns_boot_client(), sample.boot_client) << sample.name;
  }
}

TEST(decide, what_is_handed_out_is_what_the_policy_says) {
  const Policy policy = only_gpxe_policy();
  const Answered gpxe(gpxe_discover(), policy);
  EXPECT_EQ(gpxe.decision.outcome, Outcome::boot);
  EXPECT_EQ(gpxe.decision.boot_file_text(), policy.table()->script->text());
  EXPECT_EQ(gpxe.decision.next_server, policy.table()->next_server);
  EXPECT_EQ(Answered(ipxe_rom_discover(), policy).decision.boot_file_text(), "undionly.kpxe");
}

TEST(decide, only_discover_request_and_bootp_are_answered) {
  const Policy policy = default_policy();
  for (int type = 0; type < 256; ++type) {
    const auto octet = static_cast<std::uint8_t>(type);
    const Query query = Query().message(octet).arch(0).put(60, "PXEClient").end();
    const bool answered = type == 0 || type == 1 || type == 3;
    EXPECT_EQ(rule_for(query, policy), answered ? "built-in/x86-bios" : "built-in/other-message") << type;
  }
  EXPECT_EQ(rule_for(Query().arch(0).put(60, "PXEClient").end(), policy), "built-in/x86-bios");  // BOOTP
}

TEST(decide, boot_clients_are_told_by_each_sign_alone) {
  const auto sign = [](const Query& query) { return boot_sign(read_facts(query.payload())); };
  using enum BootSign;
  EXPECT_EQ(sign(Query().message(1).put(60, "PXEClient").end()), vendor_class_pxe);
  EXPECT_EQ(sign(Query().message(1).put(60, "HTTPClient:x").end()), vendor_class_http);
  EXPECT_EQ(sign(Query().message(1).put(77, "gPXE").end()), user_class_gpxe);
  EXPECT_EQ(sign(Query().message(1).put(77, {4, 'i', 'P', 'X', 'E'}).end()), user_class_ipxe);
  EXPECT_EQ(sign(Query().message(1).put(175, {235, 3, 1, 0, 0}).end()), etherboot_options);
  EXPECT_EQ(sign(Query().message(1).arch(41).end()), architecture);
  EXPECT_EQ(sign(Query().message(1).arch(42).end()), none);
  EXPECT_EQ(sign(Query().message(1).put(60, "xPXEClient").end()), none);
  EXPECT_EQ(sign(Query().message(1).put(60, "pxeclient").end()), none);
  EXPECT_EQ(sign(Query().message(1).put(77, "NotiPXE").end()), none);
  EXPECT_EQ(sign(Query().message(1).put(77, "iPXE-custom").end()), none);
  EXPECT_EQ(sign(Query().message(1).put(175, "http://192.0.2.1/").end()), none);
}

TEST(decide, user_classes_compare_whole_and_with_case) {
  const Policy policy = default_policy();
  const auto with_class = [&](std::string_view name) {
    return rule_for(Query().message(1).arch(0).put(60, "PXEClient").put(77, name).end(), policy);
  };
  EXPECT_EQ(with_class("gPXE"), "built-in/script");
  EXPECT_EQ(with_class("\x04gPXE"), "built-in/script");
  EXPECT_EQ(with_class("\x03xyz\x04iPXE"), "built-in/script");
  for (const std::string_view other :
       {"gpxe", "NotiPXE", "iPXE-custom", "iPXE ", "xNBA", "\x05gPXE", "exr-config"}) {
    EXPECT_EQ(with_class(other), "built-in/x86-bios") << other;
  }
  EXPECT_EQ(with_class(std::string_view("iPXE\0", 5)), "built-in/x86-bios");
}

TEST(decide, user_class_in_pieces_or_in_the_file_field_is_found) {
  const Policy policy = default_policy();
  EXPECT_EQ(rule_for(Query().message(1).put(77, "g").put(60, "PXEClient").put(77, "PXE").end(), policy),
            "built-in/script");
  Query lent = Query().message(1).put(52, {1}).put(60, "PXEClient").end();
  std::size_t at = header::file;
  for (const std::uint8_t octet : std::initializer_list<std::uint8_t>{77, 4, 'g', 'P', 'X', 'E', 255})
    lent.at(at++, octet);
  EXPECT_EQ(rule_for(lent, policy), "built-in/script");
}

struct Row {
  std::string_view vendor_class;
  std::uint16_t arch;
  std::string_view rule;
  std::string_view file;
};

TEST(decide, architectures_get_their_firmware) {
  const Policy policy = default_policy();
  for (const Row& row :
       {Row{"PXEClient:Arch:00000", 0, "built-in/x86-bios", "undionly.kpxe"},
        Row{"PXEClient:Arch:00007", 7, "built-in/x64-uefi", "snponly.efi"},
        Row{"PXEClient:Arch:00009", 9, "built-in/x64-uefi", "snponly.efi"},
        Row{"PXEClient:Arch:00011", 11, "built-in/arm64-uefi", "snponly-arm64.efi"},
        Row{"HTTPClient:Arch:00016", 16, "built-in/x64-uefi-http", "http://192.0.2.10/snponly.efi"},
        Row{"HTTPClient:Arch:00017", 17, "built-in/x64-uefi-http", "http://192.0.2.10/snponly.efi"},
        Row{"HTTPClient:Arch:00007", 7, "built-in/x64-uefi-http", "http://192.0.2.10/snponly.efi"},
        Row{"PXEClient:Arch:00016", 16, "built-in/x64-uefi", "snponly.efi"},
        Row{"HTTPClient:Arch:00019", 19, "built-in/arm64-uefi-http", "http://192.0.2.10/snponly-arm64.efi"},
        Row{"HTTPClient", 20, "built-in/x86-bios-http", "http://192.0.2.10/undionly.kpxe"},
        Row{"HTTPClient", 0, "built-in/x86-bios-http", "http://192.0.2.10/undionly.kpxe"},
        Row{"PXEClient:Arch:00006", 6, "built-in/no-firmware", ""},
        Row{"PXEClient:Arch:00099", 99, "built-in/no-firmware", ""}}) {
    const Answered answered(Query().message(1).arch(row.arch).put(60, row.vendor_class).end(), policy);
    const Decision& decision = answered.decision;
    EXPECT_EQ(decision.rule, row.rule) << row.vendor_class << ' ' << row.arch;
    EXPECT_EQ(decision.boot_file_text(), row.file) << row.vendor_class << ' ' << row.arch;
  }
}

TEST(decide, first_architecture_with_firmware_of_several_counts) {
  const Policy policy = default_policy();
  EXPECT_EQ(rule_for(Query().message(1).put(93, {0, 6, 0, 7}).put(60, "PXEClient").end(), policy),
            "built-in/x64-uefi");
  EXPECT_EQ(rule_for(Query().message(1).put(93, {0, 11, 0, 7}).put(60, "PXEClient").end(), policy),
            "built-in/arm64-uefi");
}

TEST(decide, without_93_the_vendor_class_tells_the_architecture) {
  const Policy policy = default_policy();
  EXPECT_EQ(rule_for(Query().message(1).put(60, "PXEClient:Arch:00007:UNDI:003000").end(), policy),
            "built-in/x64-uefi");
  EXPECT_EQ(rule_for(Query().message(1).put(60, "PXEClient").end(), policy), "built-in/x86-bios");
  EXPECT_EQ(rule_for(Query().message(1).put(60, "HTTPClient").end(), policy), "built-in/no-firmware");
}

TEST(decide, raspberry_pi_roms_are_left_alone_unless_they_say_gpxe_or_ipxe) {
  const Policy policy = only_gpxe_policy();
  const auto from_pi = [&](std::string_view user_class, std::uint16_t arch) {
    Query query = Query(pi_mac).message(1).arch(arch).put(60, "PXEClient:Arch:00000:UNDI:002001");
    if (!user_class.empty()) query.put(77, user_class);
    return rule_for(query.end(), policy);
  };
  EXPECT_EQ(from_pi("", 0), "built-in/raspberry-pi");
  EXPECT_EQ(from_pi("gPXE", 0), "built-in/script");
  EXPECT_EQ(from_pi("iPXE", 11), "built-in/arm64-uefi");
  EXPECT_EQ(from_pi("", 41), "built-in/raspberry-pi");
  EXPECT_EQ(from_pi("", 11), "built-in/arm64-uefi");  // UEFI on the same board
  EXPECT_EQ(rule_for(Query().message(1).arch(41).put(60, "PXEClient").end(), policy),
            "built-in/raspberry-pi");
  for (const auto& mac : {std::array<std::uint8_t, 6>{0xdc, 0xa6, 0x32, 1, 2, 3},
                          {0xe4, 0x5f, 0x01, 1, 2, 3},
                          {0x28, 0xcd, 0xc1, 1, 2, 3},
                          {0xd8, 0x3a, 0xdd, 1, 2, 3},
                          {0x2c, 0xcf, 0x67, 1, 2, 3}}) {
    EXPECT_EQ(rule_for(Query(mac).message(1).arch(0).put(60, "PXEClient").end(), policy),
              "built-in/raspberry-pi");
  }
}

TEST(decide, switched_off_everything_is_left_alone) {
  ScopeSettings settings = short_form();
  settings.enabled = false;
  const Policy policy = policy_of(settings);
  for (const Sample& sample : samples) {
    EXPECT_EQ(Answered(sample.query, policy).decision.outcome, Outcome::left_alone) << sample.name;
  }
}

TEST(decide, name_too_long_for_the_client_is_refused_and_not_cut) {
  ScopeSettings settings = short_form();
  settings.short_form.script = "http://192.0.2.10/" + std::string(120, 's');  // 138 characters
  settings.short_form.user_classes = std::vector<std::string>{"gPXE", "old"};
  const Policy policy = policy_of(settings);
  EXPECT_EQ(Answered(gpxe_discover(), policy).decision.outcome, Outcome::boot);
  // A BIOS ROM that somehow says a listed class reads only the file field.
  const Answered old(Query().message(1).arch(0).put(60, "PXEClient").put(77, "old").end(), policy);
  EXPECT_EQ(old.decision.outcome, Outcome::refused);
  EXPECT_EQ(old.decision.rule, "built-in/script");
  EXPECT_NE(decision_text(old.facts, old.decision).find("138"), std::string::npos);
  const Query uefi = Query().message(1).arch(7).put(60, "PXEClient").put(77, "old").end();
  EXPECT_EQ(Answered(uefi, policy).decision.outcome, Outcome::boot);
}

TEST(decide, trace_ends_with_the_rule_that_answered_and_says_why_the_others_did_not) {
  const Policy policy = only_gpxe_policy();
  for (const Sample& sample : samples) {
    const Answered answered(sample.query, policy);
    const Decision untraced = decide(answered.facts, {}, policy);
    EXPECT_EQ(answered.decision.rule, untraced.rule) << sample.name;
    EXPECT_EQ(answered.decision.outcome, untraced.outcome) << sample.name;
    const Trace& trace = answered.trace;
    ASSERT_FALSE(trace.empty()) << sample.name;
    EXPECT_EQ(trace.back().rule, answered.decision.rule) << sample.name;
    for (std::size_t i = 0; i < trace.size(); ++i) {
      EXPECT_EQ(trace[i].matched, i + 1 == trace.size()) << sample.name << ' ' << trace[i].rule;
      EXPECT_FALSE(trace[i].why.empty()) << sample.name << ' ' << trace[i].rule;
    }
  }
  const Answered rom(ipxe_rom_discover(), policy);
  EXPECT_EQ(rom.trace.front().rule, "built-in/script");
  EXPECT_EQ(rom.trace.front().why, "its user class is iPXE; wanted is one of: gPXE");
  EXPECT_EQ(rom.trace.back().why, "by option 93 its architecture is 0 (x86-bios)");
}

TEST(decide, sentence_says_who_gets_what_and_why) {
  const Policy policy = only_gpxe_policy();
  const Answered rom(ipxe_rom_discover(), policy);
  EXPECT_EQ(decision_text(rom.facts, rom.decision),
            "52:54:00:77:00:01 (iPXE x86-bios, DHCPDISCOVER) gets undionly.kpxe from 192.0.2.10 by rule "
            "built-in/x86-bios, because by option 93 its architecture is 0 (x86-bios)");
  const Answered http(Query().message(3).arch(9).put(60, "HTTPClient").end(), policy);
  EXPECT_EQ(because_text(http.decision),
            "by option 93 its architecture is 17 (ebc-http) (option 60 decided whether it boots by HTTP), "
            "which counts "
            "as 16 (x64-uefi-http)");
}

TEST(decide, client_data_in_sentences_is_escaped) {
  const Policy policy = default_policy();
  const Answered answered(Query().message(1).arch(0).put(60, "PXEClient").put(77, "a\nb\x80\\").end(),
                          policy);
  const std::string& why = answered.trace.front().why;
  EXPECT_NE(why.find("a\\x0ab\\x80\\\\"), std::string::npos) << why;
}

}  // namespace
}  // namespace chainload::tests

// SPDX-License-Identifier: MPL-2.0
// The short form: what it stands for, and what is refused with which sentence.
#include "policies.h"

#include "core/rules/reply_limits.h"

namespace chainload::tests {
namespace {

using namespace core;

TEST(policy, short_form_stands_for_the_built_in_table) {
  const Policy policy = default_policy();
  EXPECT_EQ(firmware_of(policy, 0), "undionly.kpxe");
  EXPECT_EQ(firmware_of(policy, 7), "snponly.efi");
  EXPECT_EQ(firmware_of(policy, 11), "snponly-arm64.efi");
  EXPECT_EQ(firmware_of(policy, 16), "http://192.0.2.10/snponly.efi");
  EXPECT_EQ(firmware_of(policy, 19), "http://192.0.2.10/snponly-arm64.efi");
  EXPECT_EQ(firmware_of(policy, 20), "http://192.0.2.10/undionly.kpxe");
  std::size_t given = 0;
  for (const auto& name : *policy.table()->firmware) given += name ? 1 : 0;
  EXPECT_EQ(given, 6u);
  EXPECT_EQ(*policy.table()->user_classes, (std::vector<std::string>{"gPXE", "iPXE"}));
  EXPECT_EQ(policy.table()->firmware_row(9), 7);
  EXPECT_EQ(policy.table()->firmware_row(17), 16);
  EXPECT_FALSE(policy.table()->firmware_row(6));
  EXPECT_FALSE(policy.table()->firmware_row(41));
  EXPECT_FALSE(policy.table()->firmware_row(0xffff));
}

TEST(policy, firmware_by_name_or_number_replaces_names_and_their_http_forms_follow) {
  ScopeSettings settings = short_form();
  settings.short_form.firmware =
      Firmware{{"x64-uefi", "ipxe.efi"}, {"0", "lpxelinux.0"}, {"riscv64-uefi", "rv.efi"}};
  const Policy policy = policy_of(settings);
  EXPECT_EQ(firmware_of(policy, 7), "ipxe.efi");
  EXPECT_EQ(firmware_of(policy, 16), "http://192.0.2.10/ipxe.efi");
  EXPECT_EQ(firmware_of(policy, 0), "lpxelinux.0");
  EXPECT_EQ(firmware_of(policy, 20), "http://192.0.2.10/lpxelinux.0");
  EXPECT_EQ(firmware_of(policy, 27), "rv.efi");
  EXPECT_EQ(firmware_of(policy, 28), "http://192.0.2.10/rv.efi");
  EXPECT_EQ(firmware_of(policy, 11), "snponly-arm64.efi");
}

TEST(policy, firmware_urls_stay_as_given) {
  ScopeSettings settings = short_form();
  settings.short_form.firmware = Firmware{{"x64-uefi", "http://192.0.2.20/a.efi"},
                                          {"x86-bios", "tftp://192.0.2.20/u"},
                                          {"arm64-uefi-http", "https://boot.example/b.efi"},
                                          {"x86-bios-http", "other.kpxe"}};
  const Policy policy = policy_of(settings);
  EXPECT_EQ(firmware_of(policy, 16), "http://192.0.2.20/a.efi");
  EXPECT_EQ(firmware_of(policy, 0), "tftp://192.0.2.20/u");
  EXPECT_EQ(firmware_of(policy, 20), "http://192.0.2.10/other.kpxe");
  EXPECT_EQ(firmware_of(policy, 19), "https://boot.example/b.efi");
  // An HTTP client cannot use a TFTP URL: its row is then empty rather than wrong.
  settings.short_form.firmware = Firmware{{"x86-bios", "tftp://192.0.2.20/u"}};
  EXPECT_EQ(firmware_of(policy_of(settings), 20), "");
}

TEST(policy, entry_for_9_serves_9_and_not_7) {
  ScopeSettings settings = short_form();
  settings.short_form.firmware = Firmware{{"ebc", "byte-code.efi"}};
  const Policy policy = policy_of(settings);
  EXPECT_EQ(policy.table()->firmware_row(9), 9);
  EXPECT_EQ(policy.table()->firmware_row(17), 17);
  EXPECT_EQ(firmware_of(policy, 7), "snponly.efi");
}

struct Wrong {
  const char* what;
  std::string key;
  std::string said;  // part of the sentence
  ScopeSettings settings;
};

std::vector<Wrong> wrong_settings() {
  std::vector<Wrong> wrong;
  const auto add = [&](const char* what, std::string key, std::string said, auto change) {
    Wrong each{what, std::move(key), std::move(said), short_form()};
    change(each.settings);
    wrong.push_back(std::move(each));
  };
  add("no server", "next-server", "missing", [](auto& s) { s.short_form.next_server.reset(); });
  for (const char* address :
       {"boot.example", "198.18.77.300", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", "1..2.3", "::1"}) {
    add(address, "next-server", std::string("\"") + address,
        [=](auto& s) { s.short_form.next_server = address; });
  }
  for (const char* address : {"0.0.0.0", "255.255.255.255", "224.0.0.1"}) {
    add(address, "next-server", "not the address of one machine",
        [=](auto& s) { s.short_form.next_server = address; });
  }
  add("no script", "script", "missing", [](auto& s) { s.short_form.script.reset(); });
  add("space", "script", "space", [](auto& s) { s.short_form.script = "http://x/a b"; });
  add("newline", "script", "\\x0a", [](auto& s) { s.short_form.script = "http://x/a\n"; });
  add("template", "script", "no variable", [](auto& s) { s.short_form.script = "http://x/%{max}"; });
  add("254", "script", "254 characters", [](auto& s) { s.short_form.script = std::string(254, 'a'); });
  add("no classes", "user-classes", "empty",
      [](auto& s) { s.short_form.user_classes = std::vector<std::string>{}; });
  add("empty class", "user-classes", "0 octets", [](auto& s) {
    s.short_form.user_classes = std::vector<std::string>{"gPXE", ""};
  });
  add("long class", "user-classes", "256 octets",
      [](auto& s) { s.short_form.user_classes = std::vector<std::string>{std::string(256, 'c')}; });
  add("no such architecture", "firmware.z80", "no architecture", [](auto& s) {
    s.short_form.firmware = Firmware{{"z80", "a"}};
  });
  add("number too large", "firmware.42", "no architecture", [](auto& s) {
    s.short_form.firmware = Firmware{{"42", "a"}};
  });
  add("twice", "firmware.0", "twice", [](auto& s) {
    s.short_form.firmware = Firmware{{"x86-bios", "a"}, {"0", "b"}};
  });
  add("empty name", "firmware.x86-bios", "empty", [](auto& s) {
    s.short_form.firmware = Firmware{{"x86-bios", ""}};
  });
  add("not http", "firmware.x64-uefi-http", "not an HTTP URL", [](auto& s) {
    s.short_form.firmware = Firmware{{"x64-uefi-http", "tftp://192.0.2.1/a"}};
  });
  add("128 for a BIOS ROM", "firmware.x86-bios", "at most 127", [](auto& s) {
    s.short_form.firmware = Firmware{{"x86-bios", std::string(128, 'a')}};
  });
  add("253 for UEFI", "firmware.x64-uefi", "at most 252", [](auto& s) {
    s.short_form.firmware = Firmware{{"x64-uefi", std::string(253, 'a')}};
  });
  add("HTTP form grows too long", "firmware.x64-uefi-http", "carries 253", [](auto& s) {
    s.short_form.firmware = Firmware{{"x64-uefi", std::string(250, 'a')}};
  });
  return wrong;
}

TEST(policy, wrong_values_are_refused_with_the_key_the_value_and_the_remedy) {
  for (const Wrong& wrong : wrong_settings()) {
    const MadePolicy made = make_policy(wrong.settings);
    EXPECT_FALSE(made.policy) << wrong.what;
    ASSERT_FALSE(made.problems.empty()) << wrong.what;
    const Problem& problem = made.problems.list().front();
    EXPECT_EQ(problem.path, wrong.key) << wrong.what;
    EXPECT_NE(problem.sentence.find(wrong.said), std::string::npos) << wrong.what << ": " << problem.sentence;
    EXPECT_NE(problem.sentence.find_first_of(":,"), std::string::npos) << problem.sentence;
  }
}

TEST(policy, longest_names_are_taken) {
  ScopeSettings settings = short_form();
  settings.short_form.script = std::string(253, 's');
  settings.short_form.firmware = Firmware{{"x86-bios", std::string(127, 'a')},
                                          {"x64-uefi-http", "http://" + std::string(246, 'b')},
                                          {"x64-uefi", std::string(235, 'c')}};
  EXPECT_TRUE(make_policy(settings).policy);
}

TEST(policy, canonical_text_tells_apart_what_answers_differently_and_nothing_else) {
  ScopeSettings one = short_form();
  one.short_form.user_classes = std::vector<std::string>{"iPXE", "gPXE", "iPXE"};
  ScopeSettings other = short_form();
  other.short_form.firmware = Firmware{{"7", "snponly.efi"}};
  EXPECT_EQ(canonical_text(policy_of(one)), canonical_text(policy_of(other)));
  for (auto change : std::initializer_list<void (*)(ScopeSettings&)>{
           [](ScopeSettings& s) { s.short_form.next_server = "192.0.2.11"; },
           [](ScopeSettings& s) { *s.short_form.script += "x"; },
           [](ScopeSettings& s) { s.short_form.user_classes = std::vector<std::string>{"gPXE"}; },
           [](ScopeSettings& s) { s.enabled = false; },
           [](ScopeSettings& s) {
             s.short_form.firmware = Firmware{{"x86-uefi", "a.efi"}};
           }}) {
    ScopeSettings changed = short_form();
    change(changed);
    EXPECT_NE(canonical_text(policy_of(changed)), canonical_text(default_policy()));
  }
}

}  // namespace
}  // namespace chainload::tests

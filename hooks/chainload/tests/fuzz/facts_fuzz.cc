// SPDX-License-Identifier: MPL-2.0
// Fuzz target: any octets as a query, through facts, decision, explanation and reply plan. Says what must
// always hold.
#include <cstdio>
#include <cstdlib>

#include "core/decide/describe.h"
#include "core/decide/reply_plan.h"
#include "core/facts/option_walk.h"
#include "core/facts/text.h"
#include "core/rules/reply_limits.h"

namespace {

using namespace chainload::core;

void must(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}

const Policy& policy(std::size_t index) {
  static const auto policies = [] {
    ScopeSettings usual;
    usual.short_form.next_server = "192.0.2.10";
    usual.short_form.script = "http://192.0.2.10/boot.php?mac=%{mac}&class=%{user-class|none}";
    ScopeSettings longest = usual;
    longest.short_form.script = std::string(boot_file_option_max, 's');
    longest.short_form.user_classes = std::vector<std::string>{"gPXE"};
    longest.short_form.firmware = std::vector<std::pair<std::string, std::string>>{
        {"x86-bios", std::string(file_field_max, 'b')}, {"arm64-uboot", "u.img"}};
    return std::array<Policy, 2>{make_policy(usual).policy.value(), make_policy(longest).policy.value()};
  }();
  return policies[index % policies.size()];
}

void check_plan(const ReplyPlan& plan, const Decision& decision) {
  must(decision.boot_file.view().size() <= boot_file_option_max, "no name is longer than option 67");
  must(plan.file.view().size() <= file_field_max, "the file field keeps its NUL");
  must(plan.file.empty() || equals(plan.file.view(), decision.boot_file_text()),
       "the file field holds the whole name");
  for (const OptionEdit& edit : plan.options) {
    const Bytes value = edit.value.view();
    if (edit.code == option::boot_file) {
      must(edit.edit == Edit::write && value.size() <= boot_file_option_max, "option 67 is written whole");
      must(begins_with(value, decision.boot_file_text()), "option 67 holds the whole name");
    }
    if (edit.code == option::etherboot && edit.edit == Edit::write) {
      must(read_etherboot_options(value).present[etherboot::no_proxydhcp], "175 stays a list and says 176");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes payload(data, size);
  const Facts facts = read_facts(payload);
  must(facts.joined.size() <= size, "joining makes nothing longer than the packet");
  for (std::size_t i = 0; i < 2; ++i) {
    Trace trace;
    const Decision decision = decide(facts, {}, policy(i), &trace);
    const Decision untraced = decide(facts, {}, policy(i));
    must(decision.rule == untraced.rule && decision.outcome == untraced.outcome,
         "a trace changes no decision");
    must(!trace.empty() && trace.back().matched && trace.back().rule == decision.full_name(),
         "the trace ends with the answer");
    const std::string text = decision_text(facts, decision);
    for (const char letter : text) must(letter >= ' ' && letter < 0x7f, "sentences are plain text");
    if (decision.outcome != Outcome::boot) continue;
    must(facts.is_readable_request() && boot_sign(facts) != BootSign::none,
         "only boot clients get boot files");
    check_plan(plan_reply(facts, decision, {}), decision);
    ReplyBefore before;
    before.option_lens[0] = 6;
    before.etherboot = payload.first(size % 256);
    check_plan(plan_reply(facts, decision, before), decision);
  }
  return 0;
}

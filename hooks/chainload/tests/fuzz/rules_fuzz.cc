// SPDX-License-Identifier: MPL-2.0
// Fuzz target: any text as a rule list, as a context and as a template, with the rest of the input (after a
// NUL) as a query; without one, with the queries of programs we know. Says what must always hold.
#include <cstdio>
#include <cstdlib>

#include "core/decide/describe.h"
#include "core/decide/reply_plan.h"
#include "core/lint/lint.h"
#include "core/rules/read_rules.h"
#include "core/rules/reply_limits.h"
#include "tests/read_json.h"
#include "tests/sample_packets.h"

namespace {

using namespace chainload::core;

void must(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}

/// Whoever fetches a URL must be sent to the rule's own host: what comes out begins like the rule's text, as
/// far as no variable stands in it.
void check_expansion(const Template& text, std::string_view result) {
  const std::string& written = text.text();
  const std::size_t fixed = std::min(written.find("%{"), written.find("%%{"));
  const std::string_view beginning = std::string_view(written).substr(0, fixed);
  must(result.starts_with(beginning), "what stands before the first variable stays");
  for (const char letter : result) must(letter > ' ' && letter < 0x7f, "names are plain");
  if (!text.is_url() && !text.is_literal())
    must(result.find("://") == std::string_view::npos, "no file name becomes a URL");
  if (written.find("..") == std::string::npos && written.find('|') == std::string::npos) {
    must(result.find("..") == std::string_view::npos, "nobody climbs out of a folder by what a client says");
  }
}

void check_template(std::string_view written, const Client& client) {
  for (const TemplateUse use : {TemplateUse::boot_file, TemplateUse::hostname}) {
    std::string sentence;
    const auto text = Template::compile(written, use, sentence);
    must(text || !sentence.empty(), "a refusal says why");
    if (!text) continue;
    BoundedBytes<Template::longest> out;
    const TemplateFacts facts{client.facts, client.around, client.architectures, "192.0.2.10", "rule"};
    if (text->expand(facts, out).refusal != Refusal::none) continue;
    must(out.view().size() >= text->least_len() || !text->is_literal(), "nothing is cut");
    check_expansion(*text, as_text(out.view()));
  }
}

void check_rules(const Value& value, const Client& client) {
  Problems problems;
  const auto rules = read_rules(value, "rules", problems);
  for (const Problem& problem : problems.list()) must(!problem.sentence.empty(), "a problem says what it is");
  const RuleSet set(rules);
  const Rule* scanned = nullptr;
  for (const Rule& rule : set.rules()) {
    const bool answer = answers(rule, client);
    const std::string words = answer ? why(rule, client) : why_not(rule, client);
    must(!words.empty() && words != "it answers", "the words agree with the answer");
    if (answer && scanned == nullptr) scanned = &rule;
  }
  must(set.find(client) == scanned, "the index answers as an ordered scan");
  static_cast<void>(lint(set.rules(), false));
}

void check_decision(const Value& value, const Facts& facts, const Surroundings& around) {
  Problems problems;
  ScopeSettings settings = read_scope(value, ScopeKind::parameters, "", problems);
  if (!problems.empty()) return;
  const MadePolicy made = make_policy(std::move(settings));
  must(made.policy.has_value() == made.problems.empty(), "there is a policy or a problem");
  if (!made.policy) return;
  Trace trace;
  const Decision decision = decide(facts, around, *made.policy, &trace);
  must(trace.back().rule == decision.full_name(), "the trace ends with the answer");
  const std::string text = decision_text(facts, decision);
  must((decision.outcome == Outcome::refused) == (decision.refusal.refusal != Refusal::none),
       "refusals have a reason");
  if (decision.outcome != Outcome::boot && decision.outcome != Outcome::denied) return;
  ReplyBefore before;
  before.len = facts.xid % 1500;
  const ReplyPlan plan = plan_reply(facts, decision, before);
  std::size_t len = before.len;
  for (const OptionEdit& edit : plan.options) {
    if (edit.edit == Edit::write) len += 2 + edit.value.view().size();
  }
  must(before.len == 0 || !plan.fits || len <= std::max(plan.most_len, before.len),
       "a plan that fits does fit");
  if (decision.has_boot_file)
    check_expansion(decision.matched != nullptr ? *decision.matched->boot.boot_file
                    : decision.because == Because::user_class_listed
                        ? *made.policy->table()->script
                        : *(*made.policy->table()->firmware)[decision.architecture],
                    decision.boot_file_text());
}

void check(std::string_view text, Bytes payload) {
  const Facts facts = read_facts(payload);
  Surroundings around;
  const std::array<std::string_view, 2> classes = {"ALL", "lab"};
  around.client_classes = classes;
  around.subnet_id = 1;
  around.subnet_prefix = "192.0.2.0/24";
  around.shared_network = "hall";
  around.hostname = facts.vendor_class ? as_text(*facts.vendor_class) : "node";
  const Client client(facts, around, facts.is_readable_request() && boot_sign(facts) != BootSign::none);
  const auto value = chainload::tests::read_json(text);
  if (!value) {
    check_template(text, client);
    return;
  }
  check_rules(*value, client);
  check_decision(*value, facts, around);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = as_text(Bytes(data, size));
  const std::size_t end = input.find('\0');
  const std::string_view text = input.substr(0, end);
  if (end != std::string_view::npos) {
    check(text, Bytes(data, size).subspan(end + 1));
    return 0;
  }
  for (const auto& sample : chainload::tests::samples) check(text, sample.query.payload());
  return 0;
}

// SPDX-License-Identifier: MPL-2.0
// The canonical text of a rule, of which hashes are made.
#include "core/facts/text.h"
#include "read_rules.h"

namespace chainload::core {
namespace {

void add(std::string& text, std::string_view key, const std::string& value) {
  text += ' ';
  text += key;
  text += ' ';
  text += value;
}

void add_match(std::string& text, const Match& match) {
  for (const Condition& condition : match.conditions) {
    text += ' ';
    text += name_of(condition.key);
    text += condition.all ? " all(" : " any(";
    for (const std::uint32_t number : condition.numbers) text += std::to_string(number) + ",";
    for (const std::string& exact : condition.exact) text += "x" + hex(exact) + ",";
    for (const std::string& pattern : condition.patterns) text += "p" + hex(pattern) + ",";
    text += ')';
  }
  for (const Match& negated : match.negated) {
    text += " not(";
    add_match(text, negated);
    text += ')';
  }
}

void add_boot(std::string& text, const BootFields& boot) {
  add(text, "action", std::to_string(static_cast<int>(boot.action)));
  if (boot.next_server) add(text, "next-server", boot.next_server_text);
  if (boot.server_hostname) add(text, "server-hostname", boot.server_hostname->text());
  if (boot.boot_file) add(text, "boot-file-name", boot.boot_file->text());
}

void add_reply(std::string& text, const ReplyForm& form) {
  add(text, "write", std::to_string(static_cast<int>(form.write)));
  add(text, "null-terminate", std::to_string(static_cast<int>(form.null_terminate)));
  add(text, "vendor-class",
      std::to_string(static_cast<int>(form.vendor_class)) + hex(form.vendor_class_text));
  add(text, "discovery-control", std::to_string(static_cast<int>(form.discovery_control)));
  add(text, "no-proxydhcp", std::to_string(static_cast<int>(form.no_proxydhcp)));
  add(text, "force", std::to_string(form.force));
  add(text, "existing", std::to_string(form.keep_existing));
}

}  // namespace

std::string canonical_text(const Rule& rule) {
  std::string text = "rule " + rule.name;
  add(text, "enabled", std::to_string(rule.enabled));
  if (rule.not_before) add(text, "not-before", instant_text(*rule.not_before));
  if (rule.not_after) add(text, "not-after", instant_text(*rule.not_after));
  add(text, "any", std::to_string(rule.any_client));
  add(text, "messages", std::to_string(rule.messages));
  add_match(text, rule.match);
  add_boot(text, rule.boot);
  add_reply(text, rule.reply);
  return text + "\n";
}

}  // namespace chainload::core

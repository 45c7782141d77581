// SPDX-License-Identifier: MPL-2.0
// Finding our part in a file, and giving it to core/.
#include "offline.h"

#include <algorithm>

#include "core/facts/text.h"
#include "core/rules/read_rules.h"
#include "rule_pages.h"

namespace chainload::ctl {
namespace {

using core::Value;

constexpr std::string_view library_name = "libdhcp_chainload.so";

class Reader {
 public:
  Reader(const Value& whole, const std::string& text_name) : whole_(whole), text_name_(text_name) {}

  Offline read() {
    if (const Value* const dhcp4 = whole_.find("Dhcp4")) {
      read_server(*dhcp4);
    } else if (const Value* const list = rules_alone(whole_)) {
      read_rule_list(*list);
    } else if (whole_.map() != nullptr) {
      offline_.kind = FileKind::parameters;
      read_parameters(whole_);
    } else {
      fail("", whole_.place,
           "it is " + std::string(kind_text(whole_.kind())) +
               ": a whole kea-dhcp4.conf, the library's parameters { … } or a list of rules [ … ] can be "
               "checked");
    }
    finish();
    return std::move(offline_);
  }

 private:
  void fail(const std::string& path, const std::string& place, const std::string& sentence) {
    offline_.problems.add(path, place, sentence);
  }

  void read_rule_list(const Value& list) {
    offline_.kind = FileKind::rules;
    const auto rules = core::read_rules(list, "rules", offline_.problems);
    offline_.rules = rules.size();
    check_names(rules);
    // They inherit the server of the parameters, which are not here.
    note("managed", core::lint(rules, true));
    core::ScopeSettings settings;
    settings.rules = rules;
    settings.has_rules = true;
    if (!offline_.problems.empty()) return;
    if (auto made = core::make_policy(std::move(settings)); made.policy)
      offline_.policy = std::move(*made.policy);
  }

  void check_names(const std::vector<core::Rule>& rules) {
    std::vector<const core::Rule*> sorted;
    for (const core::Rule& rule : rules) sorted.push_back(&rule);
    std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i]->name != sorted[i - 1]->name) continue;
      fail("rules", sorted[i]->place,
           "the name " + core::in_quotes(sorted[i]->name) + " is taken by another rule (" +
               sorted[i - 1]->place + "): give each a name of its own");
    }
  }

  void read_server(const Value& dhcp4) {
    offline_.kind = FileKind::server_configuration;
    const Value* const library = our_library(dhcp4);
    if (library == nullptr) {
      fail("Dhcp4.hooks-libraries", dhcp4.place,
           std::string(library_name) +
               " is not among the libraries: add { \"library\": \"libdhcp_chainload.so\", \"parameters\": { "
               "… } }");
      return;
    }
    const Value* const parameters = library->find("parameters");
    if (parameters == nullptr) {
      fail("parameters", library->place,
           "the library has no parameters: write at least \"parameters\": { \"next-server\": \"192.0.2.10\", "
           "\"script\": \"http://192.0.2.10/boot.php\" }");
      return;
    }
    read_parameters(*parameters);
    if (!offline_.problems.empty()) return;
    offline_.scopes =
        std::make_shared<const core::Scopes>(core::read_scopes(dhcp4, offline_.outermost, offline_.problems));
    offline_.policy.reach |= offline_.scopes->reach();
    for (const auto& scope : offline_.scopes->policies()) note(scope->name(), core::lint(*scope));
  }

  const Value* our_library(const Value& dhcp4) {
    const Value* found = nullptr;
    for (const Value& each : list_in(dhcp4, "hooks-libraries")) {
      const std::string path = text_in(each, "library");
      if (path.substr(path.rfind('/') + 1) != library_name) continue;
      if (found != nullptr) {
        fail("Dhcp4.hooks-libraries", each.place, "the library stands twice: keep one");
        continue;
      }
      found = &each;
    }
    return found;
  }

  void read_parameters(const Value& map) {
    core::Parameters parameters = core::read_parameters(map, offline_.problems);
    offline_.rules = parameters.settings.rules.size();
    offline_.looks_up_hosts = parameters.host_lookup;
    if (!offline_.problems.empty()) return;
    offline_.outermost.short_form = std::make_shared<const core::ShortForm>(parameters.settings.short_form);
    core::MadePolicy made = core::make_policy(std::move(parameters.settings));
    for (const core::Problem& problem : made.problems.list())
      fail(problem.path, problem.place, problem.sentence);
    if (!made.policy) return;
    offline_.policy = std::move(*made.policy);
    offline_.outermost.table = offline_.policy.table();
    note(offline_.policy.parameters->name(), core::lint(*offline_.policy.parameters));
  }

  void note(const std::string& source, const std::vector<core::Finding>& findings) {
    for (const core::Finding& finding : findings) {
      const std::string path = finding.rule.empty() ? source : source + "/" + core::printable(finding.rule);
      found_.push_back({finding.place, path, finding.sentence, false, std::string(name_of(finding.id))});
    }
  }

  void finish() {
    for (const core::Problem& problem : offline_.problems.list())
      offline_.remarks.push_back({problem.place, problem.path, problem.sentence, true, "fault"});
    offline_.remarks.insert(offline_.remarks.end(), found_.begin(), found_.end());
    for (Remark& remark : offline_.remarks) {
      if (remark.place.empty()) remark.place = text_name_;
    }
  }

  const Value& whole_;
  const std::string& text_name_;
  Offline offline_;
  std::vector<Remark> found_;
};

}  // namespace

Offline read_offline(const Value& whole, const std::string& text_name) {
  return Reader(whole, text_name).read();
}

}  // namespace chainload::ctl

// SPDX-License-Identifier: MPL-2.0
// The findings.
#include "lint.h"

#include <unordered_map>

#include "core/facts/text.h"
#include "core/rules/reply_limits.h"

namespace chainload::core {
namespace {

constexpr std::size_t unindexed_borne = 64;

const Condition* condition_of(const Rule& rule, MatchKey key) {
  for (const Condition& condition : rule.match.conditions) {
    if (condition.key == key) return &condition;
  }
  return nullptr;
}

bool negates(const Rule& rule, MatchKey key) {
  return std::any_of(rule.match.negated.begin(), rule.match.negated.end(), [&](const Match& negated) {
    return std::any_of(negated.conditions.begin(), negated.conditions.end(),
                       [&](const Condition& condition) { return condition.key == key; });
  });
}

/// The architectures a rule names all satisfy `claim`; false where it names none.
template <class Claim>
bool all_architectures(const Rule& rule, Claim&& claim) {
  const Condition* const arch = condition_of(rule, MatchKey::arch);
  return arch != nullptr &&
         std::all_of(arch->numbers.begin(), arch->numbers.end(),
                     [&](std::uint32_t number) { return claim(static_cast<std::uint16_t>(number)); });
}

bool names_http_client(const Rule& rule) {
  const Condition* const vendor = condition_of(rule, MatchKey::vendor_class);
  if (vendor == nullptr) return false;
  const auto is_http = [](const std::string& text) { return text.starts_with("HTTPClient"); };
  return std::all_of(vendor->exact.begin(), vendor->exact.end(), is_http) &&
         std::all_of(vendor->patterns.begin(), vendor->patterns.end(), is_http);
}

/// Only loaders send user classes and features; a rule without either answers ROMs too.
bool is_for_loaders(const Rule& rule) {
  return condition_of(rule, MatchKey::user_class) != nullptr ||
         condition_of(rule, MatchKey::feature) != nullptr;
}

bool is_for_http_clients(const Rule& rule) {
  return names_http_client(rule) || all_architectures(rule, is_http_architecture);
}

bool is_http_url(const Template& name) {
  return name.text().starts_with("http://") || name.text().starts_with("https://");
}

/// Finds, for each rule, the earlier ones that could cover it, without comparing all with all.
class EarlierRules {
 public:
  /// Calls `visit` for candidates in rule order within each list; stops when it answers true.
  template <class Visit>
  void each_candidate(const Rule& rule, Visit&& visit) const {
    for (const Rule* const candidate : general_) {
      if (visit(*candidate)) return;
    }
    for (const Condition& condition : rule.match.conditions) {
      for (const std::string& value : values_of(condition)) {
        const auto found = by_value_.find(value);
        if (found == by_value_.end()) continue;
        for (const Rule* const candidate : found->second) {
          if (visit(*candidate)) return;
        }
        if (!condition.all) break;  // what covers the condition has all its values, so also the first
      }
    }
  }

  void add(const Rule& rule) {
    for (const Condition& condition : rule.match.conditions) {
      if (!condition.patterns.empty()) continue;
      for (const std::string& value : values_of(condition)) by_value_[value].push_back(&rule);
      return;
    }
    general_.push_back(&rule);
  }

 private:
  static std::vector<std::string> values_of(const Condition& condition) {
    std::vector<std::string> values;
    const std::string key(1, static_cast<char>(condition.key));
    for (const std::string& exact : condition.exact) values.push_back(key + "x" + exact);
    for (const std::uint32_t number : condition.numbers) {
      const std::uint32_t counted =
          condition.key == MatchKey::arch ? counted_as(static_cast<std::uint16_t>(number)) : number;
      values.push_back(key + "n" + std::to_string(counted));
    }
    return values;
  }

  std::vector<const Rule*> general_;
  std::unordered_map<std::string, std::vector<const Rule*>> by_value_;
};

class Linter {
 public:
  Linter(std::span<const Rule> rules, bool has_server) : rules_(rules), has_server_(has_server) {}

  std::vector<Finding> findings() {
    for (const Rule& rule : rules_) {
      if (!rule.enabled) continue;
      check_order(rule);
      check_boot(rule);
      if (rule.any_client && rule.match.empty()) {
        add(rule, LintId::any_client_without_condition,
            "it says client: any and has no match, so that it answers every DHCP client there is: add a "
            "match, or "
            "remove client");
      }
      earlier_.add(rule);
      if (rule.boot.action == BootAction::fields && catch_alls_.size() < catch_alls_kept && is_catch_all(rule))
        catch_alls_.push_back(&rule);
    }
    const std::size_t unindexed = RuleIndex(rules_).unindexed();
    if (unindexed > unindexed_borne) {
      found_.push_back(
          {Severity::note,
           LintId::many_unindexed,
           {},
           {},
           std::to_string(unindexed) +
               " rules name no exact value that could be looked up, so that each is tried for each "
               "packet: add a mac, uuid, subnet, client-class, relay or arch to them, or make them fewer"});
    }
    return std::move(found_);
  }

 private:
  void add(const Rule& rule, LintId id, std::string sentence) {
    found_.push_back({Severity::warning, id, rule.name, rule.place, std::move(sentence)});
  }

  /// Answers by nothing but what every client of a kind has.
  static bool is_catch_all(const Rule& rule) {
    if (rule.not_before || rule.not_after || negates(rule, MatchKey::user_class) ||
        negates(rule, MatchKey::feature)) {
      return false;
    }
    return std::all_of(rule.match.conditions.begin(), rule.match.conditions.end(),
                       [](const Condition& condition) {
                         return condition.key == MatchKey::arch || condition.key == MatchKey::vendor_class;
                       });
  }

  static bool share_an_architecture(const Rule& one, const Rule& other) {
    const Condition* const a = condition_of(one, MatchKey::arch);
    const Condition* const b = condition_of(other, MatchKey::arch);
    if (a == nullptr || b == nullptr) return true;
    return std::any_of(a->numbers.begin(), a->numbers.end(), [&](std::uint32_t number) {
      return std::binary_search(b->numbers.begin(), b->numbers.end(), number);
    });
  }

  void check_order(const Rule& rule) {
    const Rule* by = nullptr;
    earlier_.each_candidate(rule, [&](const Rule& candidate) {
      if (compared_++ >= comparisons_borne) return true;
      if (covers(candidate, rule)) by = &candidate;
      return by != nullptr;
    });
    if (by != nullptr && condition_of(rule, MatchKey::user_class) == nullptr) {
      add(rule, LintId::unreachable,
          "it never answers, because the rule " + by->name +
              " before it answers every client that this one is for: move it up, or remove it");
      return;
    }
    if (condition_of(rule, MatchKey::user_class) == nullptr) return;
    for (const Rule* const candidate : catch_alls_) {
      if (by != nullptr || !share_an_architecture(*candidate, rule)) continue;
      by = candidate;
    }
    if (by == nullptr) return;
    add(rule, LintId::user_class_behind_catch_all,
        "the rule " + by->name +
            " before it answers by what the loader has in common with the ROM, so that the loader is given "
            "the same "
            "file again and loads it for ever: move this rule before it");
  }

  void check_boot(const Rule& rule) {
    if (rule.boot.action != BootAction::fields || !rule.boot.boot_file) return;
    const Template& name = *rule.boot.boot_file;
    if (is_for_http_clients(rule) && !is_http_url(name)) {
      add(rule, LintId::http_client_without_url,
          "its clients boot by HTTP and can do nothing with " + in_quotes(name.text()) +
              ": write http://… before it");
    }
    if (is_http_url(name) && !is_for_loaders(rule) && !is_for_http_clients(rule)) {
      add(rule, LintId::url_for_tftp_client,
          "it also answers ROMs, which fetch by TFTP alone and can do nothing with the URL " +
              in_quotes(name.text()) +
              ": add \"user-class\": [\"gPXE\", \"iPXE\"] to its match, or an architecture that boots by "
              "HTTP");
    }
    check_len(rule, name);
    check_server(rule, name);
  }

  void check_len(const Rule& rule, const Template& name) {
    const auto reads_option = [](std::uint16_t number) {
      return is_uefi_architecture(number) || is_http_architecture(number);
    };
    const bool in_option = rule.reply.write != Write::fields &&
                           (rule.reply.write == Write::options || is_for_loaders(rule) ||
                            is_for_http_clients(rule) || all_architectures(rule, reads_option));
    const std::size_t most = in_option ? boot_file_option_max : file_field_max;
    if (name.least_len() <= most) return;
    add(rule, LintId::name_too_long,
        "its name has at least " + std::to_string(name.least_len()) +
            " characters, and some of its clients read " + std::to_string(most) +
            " at most, so that they are refused: use a shorter name, or match a user class "
            "or an architecture that reads option 67");
  }

  void check_server(const Rule& rule, const Template& name) {
    if (name.is_url()) return;
    const bool none = rule.boot.next_server ? *rule.boot.next_server == Ipv4::unset : !has_server_;
    if (!none) return;
    add(rule, LintId::next_server_unset,
        "it names the file " + in_quotes(name.text()) +
            " and no server to fetch it from: write a next-server, or a URL as boot-file-name");
  }

  static constexpr std::size_t comparisons_borne = 5'000'000;
  static constexpr std::size_t catch_alls_kept = 64;

  std::span<const Rule> rules_;
  bool has_server_;
  EarlierRules earlier_;
  std::vector<const Rule*> catch_alls_;
  std::vector<Finding> found_;
  std::size_t compared_ = 0;
};

}  // namespace

std::string_view name_of(LintId id) {
  constexpr std::array<std::string_view, 8> names = {
      "unreachable",         "user-class-behind-catch-all", "name-too-long",
      "url-for-tftp-client", "http-client-without-url",     "next-server-unset",
      "many-unindexed",      "any-client-without-condition"};
  return names[static_cast<std::size_t>(id)];
}

std::vector<Finding> lint(std::span<const Rule> rules, bool has_server) {
  return Linter(rules, has_server).findings();
}

std::vector<Finding> lint(const ScopePolicy& scope) {
  if (scope.rules() == nullptr) return {};
  return lint(scope.rules()->rules(), scope.next_server() != Ipv4::unset);
}

}  // namespace chainload::core

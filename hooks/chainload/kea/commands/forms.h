// SPDX-License-Identifier: MPL-2.0
// The form of every command: may it be given here, and which arguments it takes. Data only.
#pragma once

#include "command.h"
#include "kea/process_marks.h"
#include "machine_page.h"
#include "store/snapshot.h"

namespace chainload::kea::command_forms {

using Kind = Argument::Kind;

inline constexpr std::int64_t most_on_a_page = 10000;
inline constexpr std::int64_t most_revision = std::numeric_limits<std::int64_t>::max() - 1;

// What stands beside a packet, or among the facts, is checked where it is read.
inline constexpr Argument explain_arguments[] = {{"classes"}, {"facts"},  {"hostname"}, {"ip"},
                                                 {"mac"},     {"packet"}, {"subnet"},   {"shared-network"},
                                                 {"yiaddr"}};

// Every writer takes the first three.
inline constexpr Argument dry_run = {"dry-run", Kind::boolean};
inline constexpr Argument if_revision = {"if-revision", Kind::number};
inline constexpr Argument reason = {"reason", Kind::string, false, 0, store::longest_reason};
inline constexpr Argument set_arguments[] = {dry_run, if_revision, reason, {"rules", Kind::list, true}};
inline constexpr Argument patch_arguments[] = {dry_run, if_revision, reason, {"patch", Kind::list, true}};
inline constexpr Argument reload_arguments[] = {dry_run, if_revision, reason};
inline constexpr Argument rollback_arguments[] = {
    dry_run, if_revision, reason, {"revision", Kind::number, false, 0, most_revision}};
inline constexpr Argument check_arguments_of_rules[] = {{"rules", Kind::list}};
inline constexpr Argument page_arguments[] = {
    {"from", Kind::number}, if_revision, {"limit", Kind::number, false, 1, most_on_a_page}};
inline constexpr Argument rule_stats_arguments[] = {{"from", Kind::number},
                                                    {"limit", Kind::number, false, 1, most_on_a_page},
                                                    {"source", Kind::string},
                                                    {"unused", Kind::boolean}};
inline constexpr Argument machine_page_arguments[] = {{"from", Kind::string},
                                                      {"limit", Kind::number, false, 1, most_of_a_page}};
inline constexpr Argument machine_arguments[] = {{"machine", Kind::string, true}};
inline constexpr Argument release_arguments[] = {
    {"all", Kind::boolean}, dry_run, {"machine", Kind::string}, reason};
inline constexpr Argument override_set_arguments[] = {{"boot", Kind::map, true},
                                                      dry_run,
                                                      {"expires-in"},
                                                      {"for"},
                                                      if_revision,
                                                      {"mac"},
                                                      reason,
                                                      {"reply"},
                                                      {"uses"},
                                                      {"uuid"}};
inline constexpr Argument override_del_arguments[] = {dry_run, if_revision, {"mac"}, reason, {"uuid"}};

/// In alphabetical order.
inline constexpr Form forms[] = {
    {"chainload-explain", Access::read, Management::read_only, explain_arguments, false},
    {"chainload-loop-get-page", Access::read, Management::read_only, machine_page_arguments, true},
    {"chainload-loop-release", Access::write, Management::overrides, release_arguments, false},
    {"chainload-machine-get", Access::read, Management::read_only, machine_arguments, false},
    {"chainload-machine-get-page", Access::read, Management::read_only, machine_page_arguments, true},
    {"chainload-override-del", Access::write, Management::overrides, override_del_arguments, false},
    {"chainload-override-get-page", Access::read, Management::read_only, machine_page_arguments, true},
    {"chainload-override-set", Access::write, Management::overrides, override_set_arguments, false},
    {"chainload-rule-stats-get-page", Access::read, Management::read_only, rule_stats_arguments, true},
    {"chainload-rules-check", Access::read, Management::read_only, check_arguments_of_rules, true},
    {"chainload-rules-get-page", Access::read, Management::read_only, page_arguments, true},
    {"chainload-rules-patch", Access::write, Management::full, patch_arguments, false},
    {"chainload-rules-reload", Access::write, Management::full, reload_arguments, true},
    {"chainload-rules-rollback", Access::write, Management::full, rollback_arguments, true},
    {"chainload-rules-set", Access::write, Management::full, set_arguments, false},
    {status_command, Access::read, Management::read_only, {}, true},
};

}  // namespace chainload::kea::command_forms

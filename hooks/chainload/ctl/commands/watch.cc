// SPDX-License-Identifier: MPL-2.0
// chainloadctl watch: how far machines have got, as it happens.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <map>
#include <thread>

#include "machines_table.h"

namespace chainload::ctl {
namespace {

using core::Value;

struct WatchOptions {
  unsigned interval_s = 1;
  unsigned count = 0;  // 0: until it is stopped
  std::size_t rows = 20;
};

volatile std::sig_atomic_t is_stopped = 0;

std::string summary(const Value::List& machines) {
  std::map<std::string, std::size_t> by_stage;
  std::size_t loops = 0;
  for (const Value& each : machines) {
    ++by_stage[text_in(each, "stage")];
    loops += is_true(each, "loop");
  }
  return counted(machines.size(), "machine") + ": " + std::to_string(by_stage["first"]) +
         " at the first stage, " + std::to_string(by_stage["second"]) + " at the second, " +
         std::to_string(by_stage["none"]) + " given nothing, " + std::to_string(loops) + " in a loop";
}

/// Those seen last come first.
void sort_by_last_seen(Value::List& machines) {
  std::stable_sort(machines.begin(), machines.end(), [](const Value& a, const Value& b) {
    return text_in(a, "last-seen") > text_in(b, "last-seen");
  });
}

void draw(const Server& server, Value::List machines, const WatchOptions& options) {
  sort_by_last_seen(machines);
  const std::string head = server.name() + ": " + summary(machines);
  if (machines.size() > options.rows) machines.resize(options.rows);
  std::cout << "\x1b[H\x1b[2J" << head << "\n\n"
            << machines_table(machines).text() << "\nCtrl-C ends\n"
            << std::flush;
}

/// Where there is no terminal: a line for each machine that got something new.
class Changes {
 public:
  void print(const Value::List& machines, bool json) {
    for (const Value& each : machines) {
      const Value::List& decisions = list_in(each, "decisions");
      const std::string state =
          text_in(each, "last-seen") + text_in(each, "stage") + text_in(each, "queries");
      std::string& known = known_[text_in(each, "machine")];
      if (known == state) continue;
      known = state;
      if (json) {
        std::cout << laid_out_json(each) << std::flush;
        continue;
      }
      std::cout << text_in(each, "last-seen") << " " << text_in(each, "machine") << " "
                << text_in(each, "client") << " stage " << text_in(each, "stage")
                << (is_true(each, "loop") ? " LOOP" : "");
      if (!decisions.empty())
        std::cout << " " << text_in(decisions.back(), "rule") << " "
                  << text_in(decisions.back(), "boot-file-name");
      std::cout << "\n" << std::flush;
    }
  }

 private:
  std::map<std::string, std::string> known_;
};

void watch(const WatchOptions& options, Context& context) {
  const Server server = context.server();
  const bool on_terminal = isatty(STDOUT_FILENO) == 1 && !context.json;
  std::signal(SIGINT, [](int) { is_stopped = 1; });
  Changes changes;
  for (unsigned round = 0; is_stopped == 0 && (options.count == 0 || round < options.count); ++round) {
    if (round != 0) std::this_thread::sleep_for(std::chrono::seconds(options.interval_s));
    if (is_stopped != 0) break;
    Value::List machines = pages_of(server, "chainload-machine-get-page", "machines");
    if (on_terminal) {
      draw(server, std::move(machines), options);
    } else {
      changes.print(machines, context.json);
    }
  }
}

}  // namespace

void add_watch(CLI::App& app, Context& context) {
  auto* const command =
      app.add_subcommand("watch", "show machines and their stages as they boot; Ctrl-C ends");
  const auto options = std::make_shared<WatchOptions>();
  command->add_option("--interval", options->interval_s, "seconds between two looks (default: 1)")
      ->check(CLI::Range(1U, 3600U));
  command->add_option("--count", options->count, "look so often, then end (default: for ever)");
  command->add_option("--rows", options->rows, "machines shown at once (default: 20)")
      ->check(CLI::Range(1U, 1000U));
  command->callback([options, &context] { watch(*options, context); });
}

}  // namespace chainload::ctl

// SPDX-License-Identifier: MPL-2.0
// What changes cost the calling thread with a hundred thousand rules:
//   store_cost DIRECTORY                      times
//   valgrind --tool=callgrind --toggle-collect='*RuleStore::patch*' store_cost DIRECTORY
#include <chrono>
#include <iostream>

#include "store/json_text.h"
#include "store/rule_store.h"

namespace {

using namespace chainload;
using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
}

std::string mac_text(unsigned number) {
  std::string text = "52:54:00";
  for (const int shift : {16, 8, 0}) {
    const unsigned octet = number >> shift & 255;
    text += std::string(":") + "0123456789abcdef"[octet >> 4] + "0123456789abcdef"[octet & 15];
  }
  return text;
}

std::string rule_text(unsigned number) {
  return "{\"name\":\"machine-" + std::to_string(number) + "\",\"match\":{\"mac\":\"" + mac_text(number) +
         "\",\"user-class\":\"gPXE\"},\"boot\":{\"boot-file-name\":\"http://192.0.2.10/"
         "boot.php?mac=%{mac}&role=" +
         std::to_string(number % 97) + "\"}}";
}

std::string list_text(unsigned count) {
  std::string text = "[";
  for (unsigned i = 0; i < count; ++i) text += (i == 0 ? "" : ",\n") + rule_text(i);
  return text + "]";
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: store_cost DIRECTORY\n";
    return 1;
  }
  constexpr unsigned rules = 100000;
  store::RuleStore store(store::system_filesystem(), words[1], "store_cost");
  store.open();
  store.become_owner();
  auto since = Clock::now();
  auto prepared = store::prepare(list_text(rules));
  std::cout << "prepare " << rules << " rules, any thread: " << milliseconds(since) << " ms\n";
  since = Clock::now();
  store.stage(prepared);
  std::cout << "stage, any thread: " << milliseconds(since) << " ms\n";
  since = Clock::now();
  if (const auto result = store.commit(std::move(prepared), {}); !result.is_done())
    std::cout << result.text << "\n";
  std::cout << "commit: " << milliseconds(since) << " ms\n";
  double longest = 0;
  double sum = 0;
  constexpr unsigned changes = 128;
  for (unsigned i = 0; i < changes; ++i) {
    const std::string name = "machine-" + std::to_string(i * 769 % rules);
    const std::string text =
        "[{\"op\":\"update\",\"name\":\"" + name + "\",\"rule\":" + rule_text(rules + i) + "}]";
    since = Clock::now();
    const auto patch = store::read_patch(*store::read_json(text).value);
    if (const auto result = store.patch(patch, {}); !result.is_done()) std::cout << result.text << "\n";
    const double took = milliseconds(since);
    sum += took;
    longest = std::max(longest, took);
  }
  std::cout << "single changes: " << sum / changes << " ms each, the longest " << longest << " ms\n";
  auto fold = store.begin_fold();
  since = Clock::now();
  store.run_fold(fold);
  std::cout << "run_fold, any thread: " << milliseconds(since) << " ms\n";
  since = Clock::now();
  std::cout << store.finish_fold(std::move(fold));
  std::cout << "finish_fold: " << milliseconds(since) << " ms\n";
  since = Clock::now();
  store::RuleStore again(store::system_filesystem(), words[1], "store_cost");
  again.open();
  std::cout << "open: " << milliseconds(since) << " ms\n";
}

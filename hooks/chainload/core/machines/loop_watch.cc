// SPDX-License-Identifier: MPL-2.0
// The rules. A loop is only called one when a second program, which can have been loaded from the network,
// has shown itself after the first was given the file, and is given that file itself. So these are none:
//   - a machine whose file cannot be loaded: the same program asks again (retry);
//   - a machine that is switched off and on: its first program comes back in between;
//   - several machines behind one MAC: the same program in another machine differs in 61 alone; other
//   programs
//     take turns, and a third one shows that no single machine asks.
#include "loop_watch.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace chainload::core::machines {
namespace {

void add_one(std::uint16_t& count) {
  if (count < std::numeric_limits<std::uint16_t>::max()) ++count;
}

}  // namespace

Found LoopWatch::see(const Round& round) {
  const bool was_looping = looping_;
  if (file_ != 0 && (round.policy != policy_ || round.now - last_ > quiet)) release();
  Found found;
  if (round.file != 0) {
    const bool is_counted = round.message_type == message::request || round.message_type == message::bootp;
    found = is_counted ? count(round) : standing(round);
    has_discovered_ = !is_counted;
  }
  found.has_released = was_looping && !looping_;
  return found;
}

Found LoopWatch::standing(const Round& round) const {
  const bool is_of_loop = looping_ && round.file == file_ && is_of_started(round);
  return is_of_loop ? Found{Finding::loop, false, false, rounds_} : Found{};
}

Found LoopWatch::count(const Round& round) {
  if (round.file != file_) {
    begin(round);
    return {};
  }
  return is_new_round(round) ? count_again(round) : standing(round);
}

Found LoopWatch::count_again(const Round& round) {
  const Milliseconds since_last = round.now - std::exchange(last_, round.now);
  const Fingerprint last_print = std::exchange(last_print_, round.print);
  const bool is_another = round.by_loader && round.print.program != before_;
  if (is_another && !is_script_ && !are_several_) {
    if (!has_started_) {
      has_started_ = true;
      started_ = round.print.program;
    }
    if (is_of_started(round)) return count_start(round);
    are_several_ = true;
    looping_ = false;
  }
  rounds_ = 0;
  if (since_last > window || round.print != last_print) {
    retries_ = 0;
    return {};
  }
  add_one(retries_);
  return {Finding::retry, retries_ == 1, false, retries_};
}

Found LoopWatch::count_start(const Round& round) {
  std::rotate(starts_.begin(), starts_.begin() + 1, starts_.end());
  starts_.back() = round.now;
  add_one(rounds_);
  const bool is_loop = rounds_ >= rounds_of_a_loop && round.now - starts_.front() <= window;
  if (!is_loop && !looping_) return {Finding::reloaded, rounds_ == 1, false, rounds_};
  const bool is_new = !looping_;
  looping_ = true;
  return {Finding::loop, is_new, false, rounds_};
}

void LoopWatch::begin(const Round& round) {
  release();
  file_ = round.file;
  policy_ = round.policy;
  last_ = last_request_ = round.now;
  before_ = round.print.program;
  last_print_ = round.print;
  is_script_ = round.is_script;
  xids_[0] = round.xid;
  xid_count_ = next_xid_ = 1;
}

bool LoopWatch::is_new_round(const Round& round) {
  const bool comes_again = has_discovered_ || round.message_type == message::bootp;
  const Milliseconds since_request = round.now - std::exchange(last_request_, round.now);
  const auto end = xids_.begin() + xid_count_;
  if (std::find(xids_.begin(), end, round.xid) != end) return comes_again && since_request >= same_xid_again;
  xids_[next_xid_] = round.xid;
  next_xid_ = static_cast<std::uint8_t>((next_xid_ + 1) % xids_kept);
  xid_count_ = std::max(xid_count_, static_cast<std::uint8_t>(next_xid_ == 0 ? xids_kept : next_xid_));
  return true;
}

}  // namespace chainload::core::machines

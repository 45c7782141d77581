// SPDX-License-Identifier: MPL-2.0
// Does one machine load the same boot file again and again? What is remembered of it for that, and the rules.
#pragma once

#include "fingerprint.h"
#include "moment.h"

namespace chainload::core::machines {

/// Of one query that was given a boot file.
struct Round {
  std::uint64_t file = 0;  // file_id() of it
  Fingerprint print;
  bool by_loader =
      false;  // gPXE, iPXE or their kin ask: a program that can have been loaded from the network
  bool is_script = false;  // the answer for a listed user class: may be given again without end
  std::uint8_t message_type = 0;
  std::uint32_t xid = 0;
  std::uint64_t policy = 0;  // of the policy that decided: another one begins anew
  Milliseconds now{};
};

enum class Finding : std::uint8_t {
  none,
  retry,     // the same program on the same machine asks again: it could not load its file, or was restarted
  reloaded,  // the program that the file starts is given that file again
  loop       // that, three times in three minutes
};

struct Found {
  Finding finding = Finding::none;
  bool is_new = false;        // the first of its kind since the machine was last quiet
  bool has_released = false;  // it was in a loop, and is not any more
  std::uint16_t rounds = 0;   // how often in a row, with all but none
};

class LoopWatch {
 public:
  static constexpr std::size_t rounds_of_a_loop = 3;
  static constexpr Milliseconds window = std::chrono::minutes(3);
  static constexpr Milliseconds quiet = std::chrono::minutes(15);
  /// An xid that comes again after this time, from a new DISCOVER, is a new round: gPXE 1.0 and old ROMs make
  /// theirs from the MAC and use it for ever.
  static constexpr Milliseconds same_xid_again = std::chrono::seconds(2);

  /// A round is counted at its REQUEST (or at a BOOTP query), which comes once for an xid; its DISCOVERs only
  /// hear what is known.
  Found see(const Round& round);

  bool is_looping(std::uint64_t policy, Milliseconds now) const {
    return looping_ && policy == policy_ && now - last_ <= quiet;
  }
  /// Without asking whether it is over by now.
  bool has_looped() const { return looping_; }
  std::uint16_t rounds() const { return rounds_; }
  void release() { *this = LoopWatch(); }

 private:
  static constexpr std::size_t xids_kept = 4;

  Found standing(const Round& round) const;
  Found count(const Round& round);
  Found count_again(const Round& round);
  Found count_start(const Round& round);
  void begin(const Round& round);
  bool is_new_round(const Round& round);
  bool is_of_started(const Round& round) const {
    return has_started_ && round.by_loader && round.print.program == started_;
  }

  std::uint64_t file_ = 0;  // 0: nothing seen
  std::uint64_t policy_ = 0;
  Milliseconds last_{};  // round
  Milliseconds last_request_{};
  std::array<Milliseconds, rounds_of_a_loop> starts_{};  // the last rounds of the started program
  std::array<std::uint32_t, xids_kept> xids_{};
  Fingerprint last_print_;
  std::uint32_t before_ = 0;   // the program first given the file
  std::uint32_t started_ = 0;  // the program that the file starts
  std::uint16_t rounds_ = 0;   // of the started program, without another in between
  std::uint16_t retries_ = 0;
  std::uint8_t xid_count_ = 0;
  std::uint8_t next_xid_ = 0;
  bool has_started_ = false;
  bool has_discovered_ = false;  // since the last REQUEST
  bool is_script_ = false;
  bool are_several_ = false;  // more programs than one machine has: several machines behind one address
  bool looping_ = false;
};

}  // namespace chainload::core::machines

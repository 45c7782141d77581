// SPDX-License-Identifier: MPL-2.0
// The one pool of chance: everything unpredictable goes in, and xid, ports, DNS ids and TCP secrets come out.
#pragma once

#include "base/siphash.h"

namespace base {

class EntropyPool {
 public:
  /// Stirs `sample` in; nothing that was in the pool before is lost.
  void mix(Bytes sample);
  void mix(std::uint64_t sample);

  std::uint64_t next();
  std::uint32_t next_u32() { return static_cast<std::uint32_t>(next()); }
  /// Evenly from [0, bound); bound > 0.
  std::uint32_t below(std::uint32_t bound);
  /// A key for a keyed hash, drawn once and kept by its user.
  SipKey draw_key() { return {next(), next()}; }

 private:
  SipKey state_{0x6368'6169'6e6c'6f61, 0x6420'706f'6f6c'2031};
  std::uint64_t counter_ = 0;
};

}  // namespace base

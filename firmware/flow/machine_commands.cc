// SPDX-License-Identifier: MPL-2.0
// The commands about the machine itself.
#include "flow/command_functions.h"

#if defined(__i386__) || defined(__x86_64__)
#include <cpuid.h>
#endif

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Call;

namespace {

/// The feature words of CPUID's leaf 1 or 80000001h; 0 where the processor has no such leaf.
std::uint32_t cpu_features([[maybe_unused]] bool extended, [[maybe_unused]] bool in_ecx) {
#if defined(__i386__) || defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(extended ? 0x80000001U : 1U, &a, &b, &c, &d) == 0) return 0;
  return in_ecx ? c : d;
#else
  return 0;
#endif
}

}  // namespace

Status cpuid(void* context, const Call& call) {
  enum Option : std::uint8_t { extended, in_ecx };
  std::uint32_t bit = 0;
  if (!script::parse_number(call.word(0), bit) || bit > 31) return wrong_usage(session_of(context), call);
  if ((cpu_features(call.has(extended), call.has(in_ecx)) >> bit & 1) != 0) return base::Done{};
  return Error(ErrorCode::refused, "This processor has no feature {}", bit);
}

Status reboot(void* context, const Call&) {
  return session_of(context).platform().restart(false);
}

Status poweroff(void* context, const Call&) {
  return session_of(context).platform().restart(true);
}

Status sanboot(void* context, const Call& call) {
  constexpr std::size_t drive_option = 2;
  Session& session = session_of(context);
  std::uint32_t drive = 0x80;
  if (!call.read_number(drive_option, drive) || drive > 0xff) return wrong_usage(session, call);
  if (!call.word(0).empty()) {
    return Error(ErrorCode::unsupported,
                 "{}: this build boots from the machine's own disks (--drive 0x80), not from network disks",
                 call.word(0));
  }
  base::LoadPlan plan;
  plan.start = base::LoadPlan::Start::disk;
  plan.drive = static_cast<std::uint8_t>(drive);
  return session.execute(plan);
}

}  // namespace flow

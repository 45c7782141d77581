// SPDX-License-Identifier: MPL-2.0
// The commands about the machine itself.
#include "flow/command_functions.h"

namespace flow {

using base::Error;
using base::ErrorCode;
using base::Status;
using script::Call;

Status cpuid(void* context, const Call& call) {
  enum Option : std::uint8_t { extended, in_ecx };
  std::uint32_t bit = 0;
  if (!script::parse_number(call.word(0), bit) || bit > 31) return wrong_usage(session_of(context), call);
  const auto words = cpuid_leaf(call.has(extended) ? 0x80000001U : 1U);
  if ((words[call.has(in_ecx) ? 2 : 3] >> bit & 1) != 0) return base::Done{};
  return Error(ErrorCode::refused, "This processor has no feature {}", bit);
}

namespace {

Status restart(void* context, bool power_off) {
  session_of(context).take_leave();
  return session_of(context).platform().restart(power_off);
}

}  // namespace

Status reboot(void* context, const Call&) {
  return restart(context, false);
}

Status poweroff(void* context, const Call&) {
  return restart(context, true);
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

// SPDX-License-Identifier: MPL-2.0
#include "platform/host/host_platform.h"

#include <cstdio>
#include <cstdlib>

namespace platform::host {

HostPlatform::HostPlatform(const Machine& machine) : machine_(machine), memory_(machine.ram) {
  boot_info_.platform = "linux";
  boot_info_.uuid = machine_.uuid;
  boot_info_.smbios = machine_.smbios;
  boot_info_.pci = machine_.pci;
  boot_info_.cached_discover = machine_.cached_discover;
  boot_info_.cached_ack = machine_.cached_ack;
  boot_info_.cached_proxy = machine_.cached_proxy;
  boot_info_.image_stamp = machine_.image_stamp;
  const bool has_sink = console_.add_sink(
      {[](void* self, std::string_view text) { static_cast<HostPlatform*>(self)->printed_ += text; }, this});
  if (!has_sink) std::abort();
}

HostPlatform::Ending HostPlatform::run(void (*firmware_main)(Platform&)) {
  std::jmp_buf way_out;
  way_out_ = &way_out;
  ending_ = Ending::returned;
  if (setjmp(way_out) == 0) firmware_main(*this);
  way_out_ = nullptr;
  return ending_;
}

// The firmware owns nothing but memory it was lent, so there is nothing to unwind.
void HostPlatform::end(Ending ending) {
  ending_ = ending;
  if (way_out_ == nullptr) {
    std::fputs("the firmware ended the machine outside HostPlatform::run()\n", stderr);
    std::abort();
  }
  std::longjmp(*way_out_, 1);
}

std::optional<Key> HostPlatform::read_key() {
  if (keys_.empty()) return std::nullopt;
  const Key key = keys_.front();
  keys_.pop_front();
  return key;
}

base::Status HostPlatform::execute(const base::LoadPlan& plan) {
  base::Status status = memory_.carry_out(plan);
  if (!status.ok()) return status;
  if (plan.start == base::LoadPlan::Start::pxe_nbp && nbp_returns_) return base::Done{};
  end(Ending::started);
}

void HostPlatform::exit(bool failed) {
  end(failed ? Ending::failed : Ending::exited);
}

base::Status HostPlatform::restart(bool power_off) {
  end(power_off ? Ending::powered_off : Ending::restarted);
}

}  // namespace platform::host

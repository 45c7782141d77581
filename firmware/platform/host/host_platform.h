// SPDX-License-Identifier: MPL-2.0
// What the simulated and the TAP platform share: RAM, console, keys, who we are, and how a run of the
// firmware ends.
#pragma once

#include <csetjmp>
#include <deque>
#include <string>

#include "platform/host/host_memory.h"
#include "platform/platform.h"

namespace platform::host {

class HostPlatform : public Platform {
 public:
  struct Machine {
    std::uint64_t ram = 64 << 20;
    std::vector<std::uint8_t> uuid;  // 16 bytes, or none
    std::vector<std::uint8_t> smbios;
    std::optional<BootInfo::PciId> pci;
    std::vector<std::uint8_t> cached_discover, cached_ack, cached_proxy;
    std::vector<std::uint8_t> image_stamp;
  };
  enum class Ending : std::uint8_t {
    returned,  // firmware_main came back, which it should not
    started,   // execute() was carried out: see memory().started()
    exited,    // exit(false)
    failed,    // exit(true)
    restarted,
    powered_off,
  };

  explicit HostPlatform(const Machine& machine);
  HostPlatform(const HostPlatform&) = delete;
  HostPlatform& operator=(const HostPlatform&) = delete;

  /// Runs the firmware until it hands the machine over or gives it back.
  Ending run(void (*firmware_main)(Platform&));

  HostMemory& ram() { return memory_; }
  /// Everything the console was told so far.
  const std::string& printed() const { return printed_; }
  bool has_printed(std::string_view text) const { return printed_.find(text) != std::string::npos; }
  /// Keys to be read from now on.
  void press(std::string_view keys) { keys_.insert(keys_.end(), keys.begin(), keys.end()); }
  /// A started NBP comes back at once, as if it had ended.
  void let_nbp_return() { nbp_returns_ = true; }

  std::optional<Key> read_key() override;
  const BootInfo& boot_info() const override { return boot_info_; }
  base::Console& console() override { return console_; }
  base::MemoryMap& memory() override { return memory_.map(); }
  base::PhysicalRange download_region() const override { return memory_.download_region(); }
  base::MutBytes physical(base::PhysicalRange range) override { return memory_.bytes(range); }
  base::Status execute(const base::LoadPlan& plan) override;
  [[noreturn]] void exit(bool failed) override;
  base::Status restart(bool power_off) override;

 protected:
  ~HostPlatform() = default;

 private:
  [[noreturn]] void end(Ending ending);

  Machine machine_;
  BootInfo boot_info_;
  HostMemory memory_;
  base::Console console_;
  std::string printed_;
  std::deque<Key> keys_;
  bool nbp_returns_ = false;
  std::jmp_buf* way_out_ = nullptr;
  Ending ending_ = Ending::returned;
};

}  // namespace platform::host

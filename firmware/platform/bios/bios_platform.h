// SPDX-License-Identifier: MPL-2.0
// A PC with a BIOS and a PXE ROM, as the firmware's platform.
#pragma once

#include "platform/bios/screen.h"
#include "platform/bios/undi_nic.h"
#include "platform/bios/waiting_text.h"
#include "platform/platform.h"

namespace bios {

class BiosPlatform final : public platform::Platform {
 public:
  BiosPlatform();

  /// Finds the PXE ROM and asks it everything worth knowing. Without one there is nothing to boot from.
  base::Status start();

  base::Instant now() override { return timer_.now(); }
  void pause() override;
  std::optional<platform::Key> read_key() override;
  void gather_entropy(base::EntropyPool& pool) override;
  platform::Nic& nic() override { return nic_; }
  const platform::BootInfo& boot_info() const override { return info_; }
  base::Console& console() override { return console_; }
  /// What was written to the console is on the screen when it returns.
  void show_all() { screen_.flush(); }
  base::MemoryMap& memory() override { return memory_; }
  base::PhysicalRange download_region() const override { return download_region_; }
  base::MutBytes physical(base::PhysicalRange range) override;
  base::Status execute(const base::LoadPlan& plan) override;
  [[noreturn]] void exit(bool failed) override;
  base::Status restart(bool power_off) override;

 private:
  void claim_memory();
  base::Status check(const base::LoadPlan& plan) const;
  [[noreturn]] void start_linux(const base::LoadPlan& plan);
  [[noreturn]] void start_pxe_nbp(const base::LoadPlan& plan);
  base::Status start_disk(std::uint8_t drive);
  [[noreturn]] void start_next_device();

  Timer timer_;
  Chance chance_;
  Keyboard keyboard_;
  WaitingText screen_{show_text};
  UndiNic nic_{timer_, chance_};
  base::Console console_;
  base::MemoryMap memory_;
  base::PhysicalRange download_region_;
  platform::BootInfo info_;
};

}  // namespace bios

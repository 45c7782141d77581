// SPDX-License-Identifier: MPL-2.0
// What one run of the firmware has: the settings, the images, the script that runs, and the ways between
// them.
#pragma once

#include "image/load.h"
#include "image/registry.h"
#include "proto/acquire.h"
#include "proto/fetch.h"
#include "script/interpreter.h"

namespace flow {

/// About 10 KiB; belongs in static memory.
class Session {
 public:
  struct Memory {
    base::MutBytes settings, images, scripts;  // what the arenas of these names have
  };

  Session(net::Loop& loop, const Memory& memory);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  net::Loop& loop() { return loop_; }
  platform::Platform& platform() { return loop_.platform(); }
  base::Console& console() { return platform().console(); }
  settings::Store& store() { return store_; }
  image::Registry& images() { return images_; }
  script::Interpreter& interpreter() { return interpreter_; }
  const script::CommandTable& commands() const { return commands_; }

  base::Arena& settings_arena() { return settings_arena_; }
  base::Arena& images_arena() { return images_arena_; }
  base::Arena& scripts_arena() { return scripts_arena_; }

  /// Asks DHCP, says so on the console, and lets the settings look into the answer.
  base::Status dhcp();

  /// What `reference` means here: in a script, next to it; otherwise on the server that DHCP named.
  base::Result<proto::Uri> resolve(std::string_view reference) const;
  /// Fetches into a new image, with its address and the outcome on one line. No `name`: that of the file.
  base::Result<image::Image*> download(const proto::Uri& uri, std::string_view name);

  /// Runs a script to its end, or hands the machine to a kernel or boot program; those come back only with an
  /// error, or when the boot program ended.
  base::Status start(image::Image& image);

 private:
  base::Status run_script(image::Image& image);
  base::Status execute(image::Image& image, image::LoadWork& work, bool is_linux);
  void look_up_name_servers();

  net::Loop& loop_;
  base::Arena settings_arena_;
  base::Arena images_arena_;
  base::Arena scripts_arena_;
  std::array<std::uint8_t, 5> bus_id_{};
  settings::Store store_;
  image::Registry images_;
  script::CommandTable commands_;
  script::Interpreter interpreter_;
  proto::DhcpOutcome lease_{};
  std::array<base::Ipv4Address, 4> name_servers_{};
  base::Text<255> search_domain_;
  proto::FetchContext fetching_;
  const proto::Uri* script_uri_ = nullptr;  // of the script that runs
};

}  // namespace flow

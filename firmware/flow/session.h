// SPDX-License-Identifier: MPL-2.0
// What one run of the firmware has: the settings, the images, the script that runs, and the ways between
// them.
#pragma once

#include "flow/history.h"
#include "flow/machine_facts.h"
#include "flow/menu.h"
#include "flow/syslog.h"
#include "image/load.h"
#include "image/registry.h"
#include "proto/acquire.h"
#include "proto/fetch.h"
#include "script/interpreter.h"

namespace flow {

/// About 15 KiB; belongs in static memory.
class Session {
 public:
  static constexpr platform::Key shell_key = 2;  // Ctrl-B

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

  MenuList& menus() { return menus_; }
  MenuList& forms() { return forms_; }
  History& history() { return history_; }
  /// How things are fetched now, with the name servers that the settings tell.
  proto::FetchContext& fetching();

  base::Arena& settings_arena() { return settings_arena_; }
  base::Arena& images_arena() { return images_arena_; }
  base::Arena& scripts_arena() { return scripts_arena_; }

  /// Asks DHCP, says so on the console, and lets the settings look into the answer. With `servers` only these boot
  /// servers are asked; their answer takes the ProxyDHCP server's place. `most_ms`, if not 0, stands for dhcp-timeout.
  base::Status dhcp(const wire::PxeBootServers* servers = nullptr, std::uint32_t most_ms = 0);
  const proto::DhcpOutcome& lease() const { return lease_; }
  /// "net0: 198.18.77.101/255.255.255.0 gw 198.18.77.1"
  void print_address();

  /// What `reference` means here: in a script, next to it; otherwise on the server that DHCP named.
  base::Result<proto::Uri> resolve(std::string_view reference) const;
  /// Fetches into a new image, with its address and the outcome on one line. No `name`: that of the file.
  base::Result<image::Image*> download(const proto::Uri& uri, std::string_view name);

  /// What gzip packed becomes an image called `name`, and takes the packed one's place unless it is kept.
  base::Result<image::Image*> unpack(image::Image& packed, std::string_view name, bool keeps_packed);

  /// The script that runs ends, and `image` takes its place; where none runs it is started.
  base::Status replace_script(image::Image& image);
  /// Ctrl-C has done what it was pressed for.
  void end_cancel() { loop_.clear_cancelled(); }

  /// Says farewell to the servers, and the log server hears the last words.
  void take_leave();
  /// Takes leave and hands the machine over.
  base::Status execute(const base::LoadPlan& plan);

  /// Runs a script to its end, or hands the machine to a kernel or boot program; those come back only with an
  /// error, or when the boot program ended.
  base::Status start(image::Image& image);

 private:
  /// Who we are and how long we wait, as the machine and the settings say.
  struct Asking {
    char user_class[64];
    proto::DhcpIdentity identity;
    proto::DhcpTiming timing;
  };
  base::Status prepare(Asking& asking);
  base::Status start_without_freeing(image::Image& image);
  base::Status run_script(image::Image& image);
  base::Status load(image::Image& image, image::LoadWork& work, bool is_linux);
  script::Stop take_stop();

  net::Loop& loop_;
  base::Arena settings_arena_;
  base::Arena images_arena_;
  base::Arena scripts_arena_;
  MachineRoom machine_room_{};
  settings::Store store_;
  image::Registry images_;
  script::CommandTable commands_;
  script::Interpreter interpreter_;
  proto::DhcpOutcome lease_{};
  std::array<base::Ipv4Address, 4> name_servers_{};
  base::Text<255> search_domain_;
  settings::Store::Scratch search_list_;
  proto::FetchContext fetching_;
  MenuList menus_;
  MenuList forms_;
  History history_;
  Syslog syslog_{*this};
  net::UdpEndpoint syslog_endpoint_{Syslog::port, syslog_};
  const proto::Uri* script_uri_ = nullptr;  // of the script that runs
  image::Image* replacement_ = nullptr;     // what runs when the script that runs has ended
};

}  // namespace flow

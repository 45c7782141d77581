// SPDX-License-Identifier: MPL-2.0
#include "flow/autoboot.h"

#include "base/features.h"
#include "flow/pxe_menu.h"
#include "script/expand.h"

namespace flow {

using base::Error;
using base::ErrorCode;

namespace {

/// What to boot, and the server it is on.
struct BootFile {
  base::Text<settings::Store::max_value> name;
  base::Ipv4Address server;
};

bool read_boot_file(const settings::Store& store, std::string_view name_id, std::string_view server_id,
                    BootFile& file) {
  char room[settings::Store::max_value];
  base::TextWriter name(room);
  if (!store.format(name_id, name) || name.view().empty()) return false;
  file.name.assign(name.view());
  file.server = store.find_ipv4(server_id);
  return true;
}

/// Deviation: gPXE takes the file from one answer and next-server from another when each is first in its
/// search; a DHCP server that puts itself into siaddr then spoils what the ProxyDHCP server said. Here both
/// come from one packet.
base::Status find_boot_file(Session& session, PxeChoice choice, BootFile& file) {
  const settings::Store& store = session.store();
  const bool by_menu = choice == PxeChoice::boot_server;
  if (!by_menu && read_boot_file(store, "net0/filename", "net0/next-server", file)) {
    if (file.server.is_any()) file.server = store.find_ipv4("next-server");
    return base::Done{};
  }
  if (read_boot_file(store, by_menu ? "proxydhcp/filename" : "filename", "proxydhcp/next-server", file)) {
    if (file.server.is_any()) file.server = store.find_ipv4("proxydhcp/dhcp-server");
    if (file.server.is_any()) file.server = store.find_ipv4("next-server");
    return base::Done{};
  }
  settings::Store::Scratch scratch;
  const bool has_root_path = store.find("root-path", scratch).has_value();
  return Error(ErrorCode::not_found,
               "DHCP server {} gave us {} but no boot file{}: let it answer user class gPXE with the address "
               "of a script "
               "(option 67 or the file field)",
               store.find_ipv4("dhcp-server"), store.find_ipv4("ip"),
               has_root_path ? ", only a root-path, which this build cannot boot from" : "");
}

}  // namespace

void print_banner(base::Console& console) {
  namespace features = base::features;
  console.print("\nChainload gPXE {} -- Network Boot Firmware -- https://mozilla.org/MPL/2.0/\nFeatures:{}{}{} bzImage PXE\n{}\n",
                CHAINLOAD_VERSION, features::dns.is_built ? " DNS" : "", features::http.is_built ? " HTTP" : "",
                features::tftp.is_built ? " TFTP" : "",
                features::shell.is_built ? "Press Ctrl-B for the gPXE command line...\n" : "");
}

base::Status autoboot(Session& session) {
  base::Console& console = session.console();
  net::Interface& interface = session.loop().interface();
  console.print("net0: {} on {}\n", interface.mac(), interface.nic().description());
  base::Status status = session.dhcp();
  if (!status.ok()) return status;

  auto choice = choose_from_pxe_menu(session);
  if (!choice.ok()) return choice.error();
  if (*choice == PxeChoice::own_disk) {
    console.write("The boot menu says: the machine's own disk.\n");
    return base::Done{};
  }
  BootFile file;
  status = find_boot_file(session, *choice, file);
  if (!status.ok()) return status;
  char server_room[256];
  base::TextWriter server(server_room);
  if (!file.server.is_any()) {
    server.print("{}", file.server);
  } else {
    static_cast<void>(session.store().format("66:string", server));  // a name, to be resolved
  }
  console.print("Next server: {}\nFilename: {}\n", server.view(), file.name.view());
  // The address may name us: http://server/boot.php?mac=${net0/mac}
  char room[proto::Uri::max_length];
  base::TextWriter writer(room);
  writer.append(file.name);
  std::size_t size = writer.view().size();
  status = script::expand(session.store(), room, size);
  if (!status.ok()) return status;
  const std::string_view name(room, size);
  const bool is_uri = name.find("://") != std::string_view::npos;
  if (server.view().empty() && !is_uri) {
    return Error(ErrorCode::not_found,
                 "DHCP named the boot file {} but no server: set next-server (siaddr) beside it, or option 66", name);
  }
  auto uri = proto::Uri::from_boot_file(name, server.view());
  if (!uri.ok()) return uri.error();
  console.print("Booting from filename \"{}\"\n", uri->text());
  auto image = session.download(*uri, {});
  if (!image.ok()) return image.error();
  return session.start(**image);
}

}  // namespace flow

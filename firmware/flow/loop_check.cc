// SPDX-License-Identifier: MPL-2.0
#include "flow/loop_check.h"

#include "wire/dhcp.h"

namespace flow {

bool holds_stamp(base::Bytes file, base::Bytes stamp) {
  if (stamp.empty()) return false;
  return base::as_text(file).find(base::as_text(stamp)) != std::string_view::npos;
}

bool is_named_by(base::Bytes bytes, std::string_view uri) {
  const auto packet = wire::DhcpPacket::parse(bytes);
  if (!packet) return false;
  std::array<std::uint8_t, 255> scratch;
  const base::Bytes file = packet->boot_file(scratch);
  if (file.empty()) return false;
  auto named = proto::Uri::from_boot_file(base::as_text(file), packet->siaddr());
  return named.ok() && named->text() == uri;
}

void warn_of_loop(Session& session, const image::Image& image) {
  const platform::BootInfo& info = session.platform().boot_info();
  const bool is_ours = holds_stamp(image.bytes(), info.image_stamp);
  if (!is_ours && !is_named_by(info.cached_ack, image.uri) && !is_named_by(info.cached_proxy, image.uri))
    return;
  base::Console& console = session.console();
  console.print(
      "This is a boot loop: {} is {}, and would load the same again for ever.\n", image.uri,
      is_ours ? "the firmware that is running now" : "the file that the network card's ROM was given before");
  console.print(
      "To break it, let the DHCP server {} answer clients of user class gPXE with a script: in Kea, load "
      "libdhcp_chainload.so with its parameter \"script\"; in dhcpd, write: if exists user-class and option "
      "user-class = "
      "\"gPXE\" { filename \"http://...\"; } else { filename \"undionly.kpxe\"; }\n",
      session.store().find_ipv4("dhcp-server"));
}

}  // namespace flow

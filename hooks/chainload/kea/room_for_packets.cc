// SPDX-License-Identifier: MPL-2.0
// The receive buffers of the server's DHCP sockets.
#include "room_for_packets.h"

#include <dhcp/iface_mgr.h>
#include <sys/socket.h>

namespace chainload::kea {
namespace {

/// Some five thousand queries, with what the kernel adds to each.
constexpr int wanted_len = 4 << 20;

/// The kernel answers and grants twice of what it is asked for.
bool set_len(int socket, int option, int len) {
  const int half = len / 2;
  return ::setsockopt(socket, SOL_SOCKET, option, &half, sizeof half) == 0;
}

}  // namespace

RoomForPackets::RoomForPackets() {
  for (const auto& interface : isc::dhcp::IfaceMgr::instance().getIfaces()) {
    for (const auto& each : interface->getSockets()) {
      int len = 0;
      socklen_t size = sizeof len;
      if (::getsockopt(each.sockfd_, SOL_SOCKET, SO_RCVBUF, &len, &size) != 0 || len >= wanted_len) continue;
      before_.push_back({each.sockfd_, len});
      if (!set_len(each.sockfd_, SO_RCVBUFFORCE, wanted_len)) set_len(each.sockfd_, SO_RCVBUF, wanted_len);
    }
  }
}

RoomForPackets::~RoomForPackets() {
  for (const auto& [socket, len] : before_) set_len(socket, SO_RCVBUF, len);
}

}  // namespace chainload::kea

// SPDX-License-Identifier: MPL-2.0
// The buffers of the server's sockets, while they must hold more and afterwards.
#include "kea/room_for_packets.h"

#include <dhcp/iface_mgr.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chainload::tests {
namespace {

using isc::asiolink::IOAddress;
using isc::dhcp::IfaceMgr;

int len_of(int socket) {
  int len = 0;
  socklen_t size = sizeof len;
  EXPECT_EQ(0, ::getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &len, &size));
  return len;
}

TEST(RoomForPackets, sockets_hold_more_for_as_long_as_it_lives) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  ASSERT_GE(socket, 0);
  const int small = 64 << 10;
  ASSERT_EQ(0, ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small));
  const int before = len_of(socket);
  const isc::dhcp::IfacePtr interface(new isc::dhcp::Iface("test0", 4711));
  interface->addSocket(isc::dhcp::SocketInfo(IOAddress("127.0.0.1"), 67, socket));
  IfaceMgr::instance().addInterface(interface);
  {
    const kea::RoomForPackets room;
    EXPECT_GE(len_of(socket), 2 * before);
    const kea::RoomForPackets again;
    EXPECT_GE(len_of(socket), 2 * before);
  }
  EXPECT_EQ(before, len_of(socket));
  IfaceMgr::instance().clearIfaces();
  ::close(socket);
}

}  // namespace
}  // namespace chainload::tests

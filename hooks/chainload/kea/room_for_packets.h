// SPDX-License-Identifier: MPL-2.0
// While the server's own thread waits for a long list to be compiled nobody takes packets from its sockets.
// Meanwhile their buffers hold more of them.
#pragma once

#include <vector>

namespace chainload::kea {

class RoomForPackets {
 public:
  /// For as long as this lives. As much as the system grants: twice net.core.rmem_max, which is twice the
  /// usual, and with CAP_NET_ADMIN more.
  RoomForPackets();
  ~RoomForPackets();
  RoomForPackets(const RoomForPackets&) = delete;
  RoomForPackets& operator=(const RoomForPackets&) = delete;

 private:
  struct Before {
    int socket;
    int len;
  };
  std::vector<Before> before_;
};

}  // namespace chainload::kea

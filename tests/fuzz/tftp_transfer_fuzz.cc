// SPDX-License-Identifier: MPL-2.0
// A whole TFTP transfer. Each packet of the input is <milliseconds / 4> <whose port> <length> <bytes>.
#include <algorithm>

#include "fuzz_target.h"
#include "proto/tftp_transfer.h"

FUZZ_TARGET(tftp_transfer) {
  fuzz::Reader reader{input};
  base::Instant now = base::Instant::from_us(1);
  std::uint64_t written = 0;
  const proto::Sink sink{&written, [](void*, std::uint64_t) -> base::Status { return base::Done{}; },
                         [](void* self, base::Bytes piece) -> base::Status {
                           *static_cast<std::uint64_t*>(self) += piece.size();
                           return base::Done{};
                         }};
  const proto::TftpTransfer::Request request{base::Ipv4Address::of(198, 18, 0, 1), 69, "file", 4,
                                             base::Duration::seconds(15)};
  proto::TftpTransfer transfer(request, 50000, sink, now);
  const auto turn = [&] {
    std::uint8_t packet[600];
    for (int sent = 0; const auto out = transfer.transmit(packet, now); ++sent) {
      fuzz::require(sent < 4);
      fuzz::note(base::Bytes(packet).first(out->payload_size));
    }
  };
  turn();
  while (!reader.rest.empty() && !transfer.is_finished()) {
    now = now + base::Duration::milliseconds(reader.number() * 4);
    const std::uint8_t who = reader.number();
    const base::Bytes packet = reader.piece(reader.number());
    turn();
    transfer.process(
        {base::Ipv4Address::of(198, 18, 0, who & 0x80 ? 2 : 1), base::Ipv4Address::of(198, 18, 0, 77),
         static_cast<std::uint16_t>(1000 + (who & 3)), 50000, packet},
        now);
    turn();
  }
  for (int turns = 0; !transfer.is_finished(); ++turns) {
    fuzz::require(turns < 1000);
    now = std::max(now, transfer.poll_at());
    turn();
  }
  fuzz::require(transfer.bytes() == written);
  fuzz::note(written);
  fuzz::require(transfer.failure() == nullptr || !transfer.failure()->sentence().empty());
}

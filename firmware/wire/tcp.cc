// SPDX-License-Identifier: MPL-2.0
#include "wire/tcp.h"

namespace wire {
namespace {

enum Kind : std::uint8_t {
  end = 0,
  nop = 1,
  mss_kind = 2,
  window_scale_kind = 3,
  sack_permitted_kind = 4,
  sack_kind = 5
};

}  // namespace

TcpOptions TcpOptions::parse(base::Bytes options) {
  TcpOptions found;
  while (!options.empty() && options[0] != Kind::end) {
    if (options[0] == Kind::nop) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2) break;
    const std::size_t claimed_length = options[1];
    if (claimed_length < 2 || claimed_length > options.size()) break;
    const base::Bytes value = options.subspan(2, claimed_length - 2);
    switch (options[0]) {
      case Kind::mss_kind:
        if (value.size() == 2) found.mss = base::load_be16(value.data());
        break;
      case Kind::window_scale_kind:
        if (value.size() == 1) found.window_scale = value[0];
        break;
      case Kind::sack_permitted_kind:
        if (value.empty()) found.sack_permitted = true;
        break;
      case Kind::sack_kind:
        for (std::size_t i = 0; i + 8 <= value.size() && found.sack_count < max_sack_blocks; i += 8) {
          found.sack[found.sack_count++] = {{base::load_be32(value.data() + i)},
                                            {base::load_be32(value.data() + i + 4)}};
        }
        break;
      default:
        break;
    }
    options = options.subspan(claimed_length);
  }
  return found;
}

std::size_t TcpOptions::size() const {
  return (mss ? 4U : 0U) + (window_scale ? 4U : 0U) + (sack_permitted ? 4U : 0U) +
         (sack_count != 0 ? 4 + 8 * sack_count : 0U);
}

// Every option is led by as many NOPs as keep it on a 32-bit boundary.
void TcpOptions::emit(base::MutBytes out) const {
  std::uint8_t* at = out.data();
  const auto put = [&at](std::uint32_t word) {
    base::store_be32(at, word);
    at += 4;
  };
  if (mss) put(Kind::mss_kind << 24 | 4 << 16 | *mss);
  if (window_scale) put(Kind::nop << 24 | Kind::window_scale_kind << 16 | 3 << 8 | *window_scale);
  if (sack_permitted) put(Kind::nop << 24 | Kind::nop << 16 | Kind::sack_permitted_kind << 8 | 2);
  if (sack_count == 0) return;
  put(static_cast<std::uint32_t>(Kind::nop << 24 | Kind::nop << 16 | Kind::sack_kind << 8) |
      static_cast<std::uint32_t>(2 + 8 * sack_count));
  for (std::size_t i = 0; i < sack_count; ++i) {
    put(sack[i].begin.value);
    put(sack[i].end.value);
  }
}

void TcpRepr::emit(base::MutBytes segment, base::Ipv4Address source, base::Ipv4Address destination) const {
  const std::size_t header = header_size();
  std::uint8_t* at = segment.data();
  base::store_be16(at, source_port);
  base::store_be16(at + offsetof(TcpLayout, destination_port), destination_port);
  base::store_be32(at + offsetof(TcpLayout, sequence), sequence.value);
  base::store_be32(at + offsetof(TcpLayout, acknowledgment), acknowledgment.value);
  at[offsetof(TcpLayout, data_offset)] = static_cast<std::uint8_t>(header / 4 << 4);
  at[offsetof(TcpLayout, flags)] = flags.to_byte();
  base::store_be16(at + offsetof(TcpLayout, window), window);
  base::store_be32(at + offsetof(TcpLayout, checksum), 0);  // and the urgent pointer
  options.emit(segment.subspan(sizeof(TcpLayout)));
  if (!payload.empty()) std::memcpy(at + header, payload.data(), payload.size());
  Checksum sum;
  sum.add_pseudo_header(source, destination, static_cast<std::uint8_t>(IpProtocol::tcp), segment.size());
  sum.add(segment);
  base::store_be16(at + offsetof(TcpLayout, checksum), sum.finish());
}

}  // namespace wire

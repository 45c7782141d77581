// SPDX-License-Identifier: MPL-2.0
#include "net/reassembly.h"

#include <cstring>

namespace net {

/// The datagram that `fragment` belongs to: begun anew, in the oldest place, when it is the first of its
/// kind.
Reassembly::Datagram& Reassembly::place_of(const wire::Ipv4View& fragment, base::Instant now) {
  Datagram* oldest = &datagrams_[0];
  for (Datagram& datagram : datagrams_) {
    if (now < datagram.expires && datagram.identification == fragment.identification() &&
        datagram.source == fragment.source() && datagram.destination == fragment.destination() &&
        datagram.protocol == fragment.protocol()) {
      return datagram;
    }
    if (datagram.expires < oldest->expires) oldest = &datagram;
  }
  oldest->source = fragment.source();
  oldest->destination = fragment.destination();
  oldest->protocol = fragment.protocol();
  oldest->identification = fragment.identification();
  oldest->expires = now + patience;
  oldest->total = oldest->reach = oldest->units = 0;
  oldest->has.fill(false);
  return *oldest;
}

std::optional<wire::Ipv4View> Reassembly::add(const wire::Ipv4View& fragment, base::Instant now) {
  const base::Bytes data = fragment.payload();
  const std::size_t begin = fragment.fragment_offset();
  const std::size_t end = begin + data.size();
  const bool is_last = !fragment.more_fragments();
  if (data.empty() || end > max_payload || (!is_last && data.size() % unit != 0)) return std::nullopt;

  Datagram& datagram = place_of(fragment, now);
  std::size_t known = 0;
  for (std::size_t at = begin; at < end; at += unit) known += datagram.has[at / unit] ? 1 : 0;
  const std::size_t units = (data.size() + unit - 1) / unit;
  const bool contradicts =
      (datagram.total != 0 && (end > datagram.total || (is_last && end != datagram.total))) ||
      (is_last && end < datagram.reach);
  if (contradicts || (known != 0 && known != units)) {
    datagram.expires = {};
    return std::nullopt;
  }
  if (known != 0) return std::nullopt;
  if (is_last) datagram.total = end;
  if (end > datagram.reach) datagram.reach = end;
  for (std::size_t at = begin; at < end; at += unit) datagram.has[at / unit] = true;
  datagram.units += units;
  std::memcpy(&datagram.packet[wire::Ipv4Repr::size + begin], data.data(), data.size());
  if (datagram.total == 0 || datagram.units != (datagram.total + unit - 1) / unit) return std::nullopt;

  datagram.expires = {};
  wire::Ipv4Repr{datagram.source, datagram.destination, datagram.protocol, datagram.total}.emit(
      datagram.packet);
  return wire::Ipv4View::parse(datagram.packet);
}

}  // namespace net

// SPDX-License-Identifier: MPL-2.0
#include "net/arp_cache.h"

#include "base/debug.h"

namespace net {

ArpCache::Entry* ArpCache::find_entry(base::Ipv4Address neighbour) {
  for (Entry& entry : entries_) {
    if (entry.state != State::free && entry.neighbour == neighbour) return &entry;
  }
  return nullptr;
}

/// A free entry, else the one that was not used for the longest time.
ArpCache::Entry& ArpCache::take_entry(base::Ipv4Address neighbour) {
  Entry* taken = &entries_[0];
  for (Entry& entry : entries_) {
    if (entry.state == State::free) {
      taken = &entry;
      break;
    }
    if (entry.last_used < taken->last_used) taken = &entry;
  }
  taken->neighbour = neighbour;
  taken->held_size = 0;
  return *taken;
}

std::optional<base::MacAddress> ArpCache::find(base::Ipv4Address neighbour, base::Instant now) {
  Entry* entry = find_entry(neighbour);
  if (entry == nullptr) {
    entry = &take_entry(neighbour);
    entry->state = State::failed;
    entry->deadline = now;
  }
  entry->last_used = now;
  if ((entry->state == State::failed || entry->state == State::known) && entry->deadline <= now) {
    entry->state = entry->state == State::known ? State::refreshing : State::asking;
    entry->questions = 0;
    entry->deadline = now;
  }
  if (entry->state == State::known || entry->state == State::refreshing) return entry->mac;
  return std::nullopt;
}

void ArpCache::hold(base::Ipv4Address neighbour, base::Bytes packet) {
  Entry* entry = find_entry(neighbour);
  if (entry == nullptr || entry->state != State::asking || packet.size() > max_packet) return;
  std::memcpy(entry->held.data(), packet.data(), packet.size());
  entry->held_size = packet.size();
}

bool ArpCache::has_failed(base::Ipv4Address neighbour) const {
  for (const Entry& entry : entries_) {
    if (entry.state == State::failed && entry.neighbour == neighbour) return true;
  }
  return false;
}

void ArpCache::process(const wire::ArpRepr& packet, base::Instant now) {
  Entry* entry = find_entry(packet.sender_ip);
  if (entry == nullptr || (entry->state != State::asking && entry->state != State::refreshing)) return;
  if (entry->questions == 0) return;  // not yet asked
  entry->state = State::known;
  entry->mac = packet.sender_mac;
  DEBUG_LINE(arp, log, "{} is at {}", packet.sender_ip, packet.sender_mac);
  entry->deadline = now + lifetime;
}

std::optional<base::Ipv4Address> ArpCache::transmit(base::Instant now) {
  for (Entry& entry : entries_) {
    if ((entry.state != State::asking && entry.state != State::refreshing) || now < entry.deadline) continue;
    if (entry.questions == max_questions) {
      DEBUG_LINE(arp, log, "{} does not answer", entry.neighbour);
      entry.state = State::failed;
      entry.deadline = now + failure_lifetime;
      entry.held_size = 0;
      continue;
    }
    entry.deadline = now + first_wait * (1 << entry.questions);
    ++entry.questions;
    DEBUG_LINE(arp, log, "who has {}? question {}", entry.neighbour, entry.questions);
    return entry.neighbour;
  }
  return std::nullopt;
}

base::Instant ArpCache::poll_at() const {
  base::Instant at = base::Instant::never();
  for (const Entry& entry : entries_) {
    const bool asks = entry.state == State::asking || entry.state == State::refreshing;
    if (asks && entry.deadline < at) at = entry.deadline;
  }
  return at;
}

std::optional<ArpCache::Released> ArpCache::take_released() {
  for (Entry& entry : entries_) {
    if (entry.state != State::known || entry.held_size == 0) continue;
    const std::size_t size = entry.held_size;
    entry.held_size = 0;
    return Released{entry.mac, base::Bytes(entry.held).first(size)};
  }
  return std::nullopt;
}

void ArpCache::forget() {
  for (Entry& entry : entries_) entry.state = State::free;
}

}  // namespace net

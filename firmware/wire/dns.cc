// SPDX-License-Identifier: MPL-2.0
#include "wire/dns.h"

namespace wire {
namespace {

constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t class_in = 1;
constexpr std::size_t max_label = 63;
constexpr unsigned max_aliases = 8;

bool is_label_character(char c) {
  return c > ' ' && c < 0x7f && c != '.';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

bool normalise_dns_name(std::string_view text, DnsName& name) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > DnsName::capacity()) return false;
  char room[DnsName::capacity()];
  std::size_t label = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (!is_label_character(text[i]) || ++label > max_label) {
      return false;
    }
    room[i] = lower(text[i]);
  }
  return label != 0 && name.assign({room, text.size()});
}

std::size_t emit_dns_question(base::MutBytes into, std::uint16_t id, const DnsName& name) {
  const std::size_t size = sizeof(DnsHeader) + name.size() + 2 + 4;
  if (into.size() < size) return 0;
  std::uint8_t* at = into.data();
  std::memset(at, 0, size);
  base::store_be16(at, id);
  base::store_be16(at + offsetof(DnsHeader, flags), 0x0100);  // recursion desired
  base::store_be16(at + offsetof(DnsHeader, qdcount), 1);
  at += sizeof(DnsHeader);
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    *at++ = static_cast<std::uint8_t>(label.size());
    std::memcpy(at, label.data(), label.size());
    at += label.size();
    rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
  }
  base::store_be16(at + 1, type_a);  // behind the root's empty label
  base::store_be16(at + 3, class_in);
  return size;
}

std::optional<DnsMessage> DnsMessage::parse(base::Bytes message) {
  if (message.size() < sizeof(DnsHeader)) return std::nullopt;
  DnsMessage parsed;
  parsed.message_ = message;
  parsed.header_ = static_cast<const DnsHeader*>(static_cast<const void*>(message.data()));
  return parsed;
}

/// Moves `at` behind the name. Each pointer must lead to before the place it was reached from, so that it
/// ends [rfc9267 2]; lengths, the end of the message and the 253 characters are checked before anything is
/// taken.
bool read_dns_name(base::Bytes message, std::size_t first_target, std::size_t& at, DnsName& name) {
  char room[DnsName::capacity()];
  std::size_t used = 0;
  std::size_t cursor = at;
  std::size_t limit = at;  // pointers must lead below it
  bool jumped = false;
  for (;;) {
    if (cursor >= message.size()) return false;
    const std::size_t octet = message[cursor];
    if (octet >= 0xc0) {
      if (message.size() - cursor < 2) return false;
      const std::size_t target = (octet & 0x3f) << 8 | message[cursor + 1];
      if (!jumped) at = cursor + 2;
      jumped = true;
      if (target < first_target || target >= limit) return false;
      limit = cursor = target;
      continue;
    }
    if (octet > max_label) return false;
    ++cursor;
    if (octet == 0) break;
    if (octet > message.size() - cursor) return false;
    if (used != 0) {
      if (used == sizeof room) return false;
      room[used++] = '.';
    }
    if (octet > sizeof room - used) return false;
    for (std::size_t i = 0; i < octet; ++i) {
      const char c = static_cast<char>(message[cursor + i]);
      if (!is_label_character(c)) return false;
      room[used++] = lower(c);
    }
    cursor += octet;
  }
  if (!jumped) at = cursor;
  return name.assign({room, used});
}

bool nth_dns_name(base::Bytes list, unsigned n, DnsName& name) {
  std::size_t at = 0;
  do {
    if (at == list.size() || !read_dns_name(list, 0, at, name)) return false;
  } while (n-- != 0);
  return true;
}

bool DnsMessage::read_record(std::size_t& at, Record& record) const {
  constexpr std::size_t fixed = 10;  // type, class, TTL, data length
  if (!read_name(at, record.owner) || message_.size() - at < fixed) return false;
  const std::uint8_t* fields = &message_[at];
  record.type = base::load_be16(fields);
  record.class_ = base::load_be16(fields + 2);
  const std::size_t claimed_size = base::load_be16(fields + 8);
  at += fixed;
  if (claimed_size > message_.size() - at) return false;
  record.data_at = at;
  record.data_size = claimed_size;
  at += claimed_size;
  return true;
}

bool DnsMessage::answers(const DnsName& name) const {
  std::size_t at = sizeof(DnsHeader);
  DnsName asked;
  return header_->qdcount == 1 && read_name(at, asked) && asked.view() == name.view() &&
         message_.size() - at >= 4 && base::load_be16(&message_[at]) == type_a &&
         base::load_be16(&message_[at + 2]) == class_in;
}

DnsMessage::Found DnsMessage::find_address(DnsName& name, base::Ipv4Address& address) const {
  std::size_t answers_at = sizeof(DnsHeader);
  DnsName asked;
  if (header_->qdcount != 1 || !read_name(answers_at, asked) || message_.size() - answers_at < 4)
    return Found::malformed;
  answers_at += 4;
  Found found = Found::nothing;
  for (unsigned aliases = 0; aliases <= max_aliases; ++aliases) {
    std::size_t at = answers_at;
    bool moved = false;
    for (unsigned left = header_->ancount; left != 0 && !moved; --left) {
      Record record;
      if (!read_record(at, record)) return Found::malformed;
      if (record.class_ != class_in || record.owner.view() != name.view()) continue;
      if (record.type == type_a) {
        if (record.data_size != 4) return Found::malformed;
        address.value = base::load_be32(&message_[record.data_at]);
        return Found::address;
      }
      if (record.type == type_cname) {
        std::size_t end = record.data_at;
        if (!read_name(end, name) || end != record.data_at + record.data_size || name.empty())
          return Found::malformed;
        moved = true;
        found = Found::alias;
      }
    }
    if (!moved) return found;
  }
  return Found::malformed;  // aliases in a circle, or too many of them
}

}  // namespace wire

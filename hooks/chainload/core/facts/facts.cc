// SPDX-License-Identifier: MPL-2.0
// Reads the facts from a raw payload: one pass over the options, a second only for an option sent in pieces.
#include "facts.h"

#include "option_walk.h"

namespace chainload::core {
namespace {

/// The options kept, and where: one slot each.
constexpr std::array kept_codes = {
    option::overload,     option::message_type, option::parameter_request,   option::max_message_size,
    option::vendor_class, option::client_id,    option::user_class,          option::relay_agent,
    option::etherboot,    option::client_uuid,  option::client_architecture, option::client_interface};

constexpr std::uint8_t no_slot = 255;

constexpr auto slot_of_code = [] {
  std::array<std::uint8_t, 256> slots{};
  slots.fill(no_slot);
  for (std::size_t i = 0; i < kept_codes.size(); ++i) slots[kept_codes[i]] = static_cast<std::uint8_t>(i);
  return slots;
}();

/// The options field, and the file and sname fields when option 52 lends them [rfc2132 9.3], in the order in
/// which pieces of one option are to be joined [rfc3396 5].
class OptionAreas {
 public:
  explicit OptionAreas(Bytes payload) {
    read_area(payload.subspan(header::options));
    const Slot& overload = slots_[slot_of_code[option::overload]];
    const std::uint8_t lent = overload.first.size() == 1 ? overload.first[0] : std::uint8_t{0};
    if (lent == 1 || lent == 3) read_area(payload.subspan(header::file, header::file_len));
    if (lent == 2 || lent == 3) read_area(payload.subspan(header::sname, header::sname_len));
  }

  bool cut_short() const { return cut_short_; }

  /// The whole value of a kept option, or nothing. `joined` is given room once, for every octet there is, so
  /// that views into it stay good.
  [[gnu::always_inline]] std::optional<Bytes> value(std::uint8_t code, std::vector<std::uint8_t>& joined) const {
    const Slot& slot = slots_[slot_of_code[code]];
    if (slot.pieces == 0) return std::nullopt;
    if (slot.pieces == 1) return slot.first;
    return put_together(code, joined);
  }

 private:
  struct Slot {
    Bytes first;
    std::size_t pieces = 0;
  };

  [[gnu::cold, gnu::noinline]] Bytes put_together(std::uint8_t code, std::vector<std::uint8_t>& joined) const {
    if (joined.capacity() == 0) joined.reserve(total_len_);
    const std::size_t start = joined.size();
    for (const Bytes area : areas_.kept()) {
      walk_options(area, [&](std::uint8_t found, Bytes piece) {
        if (found == code) joined.insert(joined.end(), piece.begin(), piece.end());
      });
    }
    return Bytes(joined).subspan(start);
  }

  void read_area(Bytes area) {
    areas_.push(area);
    total_len_ += area.size();
    const WalkEnd end = walk_options(area, [&](std::uint8_t code, Bytes value) {
      const std::uint8_t index = slot_of_code[code];
      if (index == no_slot) return;
      Slot& slot = slots_[index];
      if (slot.pieces++ == 0) slot.first = value;
    });
    cut_short_ = cut_short_ || end == WalkEnd::cut_short;
  }

  std::array<Slot, kept_codes.size()> slots_{};
  FirstFew<Bytes, 3> areas_;
  std::size_t total_len_ = 0;
  bool cut_short_ = false;
};

Bytes without_trailing_nuls(Bytes value) {
  while (!value.empty() && value.back() == 0) value = value.first(value.size() - 1);
  return value;
}

void read_header(Bytes payload, Facts& facts) {
  facts.htype = payload[header::htype];
  const std::size_t hlen = std::min<std::size_t>(payload[header::hlen], header::chaddr_len);
  facts.hardware_address = payload.subspan(header::chaddr, hlen);
  facts.xid = be32(payload, header::xid);
  facts.client_address = Ipv4{be32(payload, header::ciaddr)};
  facts.relay = Ipv4{be32(payload, header::giaddr)};
}

void read_options(const OptionAreas& areas, Facts& facts) {
  const auto value = [&](std::uint8_t code) { return areas.value(code, facts.joined); };
  if (const auto type = value(option::message_type); type && !type->empty())
    facts.message_type = type->front();
  if (const auto classes = value(option::user_class)) facts.user_classes = read_user_classes(*classes);
  if (const auto vendor = value(option::vendor_class)) {
    const Bytes trimmed = without_trailing_nuls(*vendor);
    if (!trimmed.empty()) facts.vendor_class = trimmed;
  }
  facts.client_architecture_raw = value(option::client_architecture);
  if (facts.client_architecture_raw) {
    const Bytes list = *facts.client_architecture_raw;
    for (std::size_t at = 0; list.size() - at >= 2; at += 2) facts.architectures.push(be16(list, at));
  }
  facts.client_interface = value(option::client_interface);
  facts.client_uuid = value(option::client_uuid);
  facts.client_id = value(option::client_id);
  facts.relay_agent = value(option::relay_agent);
  if (const auto size = value(option::max_message_size); size && size->size() == 2) {
    facts.max_message_size = be16(*size, 0);
  }
  if (const auto requested = value(option::parameter_request)) facts.requested_options = *requested;
  if (const auto encapsulated = value(option::etherboot)) {
    facts.etherboot = read_etherboot_options(*encapsulated);
  }
}

}  // namespace

EtherbootOptions read_etherboot_options(Bytes value) {
  EtherbootOptions options;
  const WalkEnd end = walk_options(value, [&](std::uint8_t code, Bytes content) {
    options.present.set(code);
    const bool set =
        std::any_of(content.begin(), content.end(), [](std::uint8_t octet) { return octet != 0; });
    if (code >= etherboot::first_feature && code <= etherboot::last_feature && set)
      options.features.set(code);
    if (code == etherboot::version && content.size() == 3) options.version = content;
    if (code == etherboot::bus_id && content.size() == 5) options.bus_id = content;
  });
  options.is_whole = end != WalkEnd::cut_short && options.present.any();
  return options;
}

Facts read_facts(Bytes payload) {
  Facts facts;
  if (payload.size() < header::cookie) {
    facts.defect = Defect::short_header;
    return facts;
  }
  read_header(payload, facts);
  if (payload[header::op] != header::boot_request) {
    facts.defect = Defect::not_a_request;
    return facts;
  }
  if (payload.size() < header::options || be32(payload, header::cookie) != header::cookie_value) {
    facts.defect = Defect::no_cookie;
    return facts;
  }
  const OptionAreas areas(payload);
  if (areas.cut_short()) facts.defect = Defect::option_cut_short;
  read_options(areas, facts);
  return facts;
}

}  // namespace chainload::core

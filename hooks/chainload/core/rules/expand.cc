// SPDX-License-Identifier: MPL-2.0
// Expanding templates. Values are written straight into the bounded result: nothing is allocated, nothing is
// cut, and what was written is never looked at for variables again.
#include <charconv>

#include "core/facts/relay_agent.h"
#include "surroundings.h"
#include "template.h"

namespace chainload::core {
namespace {

using Out = BoundedBytes<Template::longest>;

/// Octets made by us (addresses, numbers, hex), or as a client or an administrator put them.
enum class Origin : std::uint8_t { ours, text };

constexpr bool is_letter_or_digit(std::uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// [rfc3986 2.3]
constexpr bool is_unreserved(std::uint8_t c) {
  return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

constexpr bool is_control(std::uint8_t c) {
  return c < 0x20 || c == 0x7f;
}

/// Letters, digits and hyphens, with dots between labels [rfc1123 2.1].
bool is_host_name(Bytes name) {
  std::uint8_t before = '.';
  for (const std::uint8_t c : name) {
    if (!is_letter_or_digit(c) && c != '-' && c != '.') return false;
    if (c == '.' && before == '.') return false;
    before = c;
  }
  return before != '.';
}

bool holds_two_dots(Bytes value) {
  return as_text(value).find("..") != std::string_view::npos;
}

bool ends_with_dot(const Out& out) {
  const Bytes written = out.view();
  return !written.empty() && written.back() == '.';
}

/// Writes one value in the form that its place asks for.
class Writer {
 public:
  Writer(Out& out, TemplateUse use, bool is_url) : out_(out), use_(use), is_url_(is_url) {}

  Refusal put(Bytes value, Origin origin) {
    if (value.empty()) return Refusal::missing;
    if (origin == Origin::text && !is_harmless(value)) return Refusal::unusable;
    if (!is_url_) return out_.append(value) ? Refusal::none : Refusal::too_long;
    for (const std::uint8_t c : value) {
      constexpr std::string_view digits = "0123456789ABCDEF";
      const std::array<std::uint8_t, 3> encoded = {'%', static_cast<std::uint8_t>(digits[c >> 4]),
                                                   static_cast<std::uint8_t>(digits[c & 15])};
      const Bytes piece = is_unreserved(c) ? Bytes(&c, 1) : Bytes(encoded);
      if (!out_.append(piece)) return Refusal::too_long;
    }
    return Refusal::none;
  }

  Refusal put(std::string_view value, Origin origin) {
    return put(Bytes(reinterpret_cast<const std::uint8_t*>(value.data()), value.size()), origin);
  }

  Refusal put_number(std::uint32_t number) {
    std::array<char, 10> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    return put(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())), Origin::ours);
  }

  Refusal put_address(Ipv4 address) {
    if (address == Ipv4::unset) return Refusal::missing;
    std::array<char, 15> text;
    char* at = text.data();
    for (int shift = 24; shift >= 0; shift -= 8) {
      const auto part = static_cast<std::uint32_t>(address) >> shift & 255;
      at = std::to_chars(at, text.data() + text.size(), part).ptr;
      if (shift != 0) *at++ = '.';
    }
    return put(std::string_view(text.data(), static_cast<std::size_t>(at - text.data())), Origin::ours);
  }

  /// Two lower-case digits an octet.
  Refusal put_hex(Bytes octets, char separator) {
    if (octets.empty()) return Refusal::missing;
    constexpr std::string_view digits = "0123456789abcdef";
    bool first = true;
    for (const std::uint8_t octet : octets) {
      const std::array<char, 3> text = {separator, digits[octet >> 4], digits[octet & 15]};
      const bool separated = separator != '\0' && !first;
      const Refusal refusal =
          put(std::string_view(text.data(), text.size()).substr(separated ? 0 : 1), Origin::ours);
      if (refusal != Refusal::none) return refusal;
      first = false;
    }
    return Refusal::none;
  }

 private:
  bool is_harmless(Bytes value) const {
    if (use_ == TemplateUse::hostname) return is_host_name(value);
    if (equals(value, ".") || holds_two_dots(value) || (value.front() == '.' && ends_with_dot(out_)))
      return false;
    if (is_url_) return std::none_of(value.begin(), value.end(), is_control);
    return std::all_of(value.begin(), value.end(), is_unreserved);
  }

  Out& out_;
  TemplateUse use_;
  bool is_url_;
};

Refusal put_octets(Writer& writer, std::optional<Bytes> octets, VariableForm form) {
  if (!octets) return Refusal::missing;
  switch (form) {
    case VariableForm::hex:
      return writer.put_hex(*octets, ':');
    case VariableForm::hexhyp:
      return writer.put_hex(*octets, '-');
    case VariableForm::text:
      return writer.put(*octets, Origin::text);
    default:
      return writer.put_hex(*octets, '\0');
  }
}

/// As SMBIOS keeps it, the first three fields are little-endian; written as people write it.
Refusal put_uuid(Writer& writer, const Facts& facts, VariableForm form) {
  if (!facts.client_uuid || facts.client_uuid->size() != 17) return Refusal::missing;
  constexpr std::array<std::uint8_t, 16> order = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  const Bytes uuid = facts.client_uuid->subspan(1);
  std::array<std::uint8_t, 16> octets;
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = uuid[order[i]];
  const Bytes all(octets);
  if (form == VariableForm::hexraw) return writer.put_hex(all, '\0');
  constexpr std::array<std::uint8_t, 5> group_lens = {4, 2, 2, 2, 6};
  std::size_t at = 0;
  for (const std::uint8_t len : group_lens) {
    Refusal refusal = at == 0 ? Refusal::none : writer.put("-", Origin::ours);
    if (refusal == Refusal::none) refusal = writer.put_hex(all.subspan(at, len), '\0');
    if (refusal != Refusal::none) return refusal;
    at += len;
  }
  return Refusal::none;
}

Refusal put_value(Writer& writer, const TemplateFacts& from, Variable variable, VariableForm form) {
  const Facts& facts = from.facts;
  const auto relay_value = [&](std::uint8_t code) {
    return put_octets(writer,
                      facts.relay_agent ? relay_sub_option(*facts.relay_agent, code) : std::optional<Bytes>(),
                      form);
  };
  switch (variable) {
    case Variable::mac:
      return put_octets(writer, facts.hardware_address,
                        form == VariableForm::usual ? VariableForm::hex : form);
    case Variable::uuid:
      return put_uuid(writer, facts, form);
    case Variable::ip:
      return writer.put_address(from.around.your_address != Ipv4::unset ? from.around.your_address
                                                                        : facts.client_address);
    case Variable::hostname:
      if (!from.around.hostname.empty() &&
          !is_host_name(Bytes(reinterpret_cast<const std::uint8_t*>(from.around.hostname.data()),
                              from.around.hostname.size()))) {
        return Refusal::unusable;
      }
      return writer.put(from.around.hostname, Origin::text);
    case Variable::arch: {
      const auto numbers = from.client.numbers.kept();
      if (numbers.empty()) return Refusal::missing;
      if (form == VariableForm::number || !is_known_architecture(numbers.front())) {
        return writer.put_number(numbers.front());
      }
      return writer.put(architecture_name(numbers.front()), Origin::ours);
    }
    case Variable::user_class:
      if (!facts.user_classes || facts.user_classes->items.empty()) return Refusal::missing;
      return writer.put(facts.user_classes->items.kept().front(), Origin::text);
    case Variable::vendor_class:
      return facts.vendor_class ? writer.put(*facts.vendor_class, Origin::text) : Refusal::missing;
    case Variable::subnet:
      if (!from.around.subnet_id) return Refusal::missing;
      if (form == VariableForm::prefix) return writer.put(from.around.subnet_prefix, Origin::ours);
      return writer.put_number(*from.around.subnet_id);
    case Variable::shared_network:
      return writer.put(from.around.shared_network, Origin::text);
    case Variable::relay:
      return writer.put_address(facts.relay);
    case Variable::circuit_id:
      return relay_value(relay_option::circuit_id);
    case Variable::remote_id:
      return relay_value(relay_option::remote_id);
    case Variable::client_id:
      return put_octets(writer, facts.client_id, form);
    case Variable::next_server:
      return writer.put(from.next_server, Origin::ours);
    case Variable::rule:
      return writer.put(from.rule, Origin::text);
  }
  return Refusal::missing;
}

}  // namespace

Expanded Template::expand(const TemplateFacts& facts, BoundedBytes<longest>& out) const {
  if (is_literal()) return {out.append(literal_) ? Refusal::none : Refusal::too_long, {}};
  Writer writer(out, use_, is_url_);
  Variable last{};
  for (const Piece& piece : pieces_) {
    // A dot of the client's and one of the rule's make the two that climb out of a folder.
    const bool dots_meet = &piece != &pieces_.front() && piece.literal.starts_with('.') && ends_with_dot(out);
    if (dots_meet && use_ == TemplateUse::boot_file) return {Refusal::unusable, last};
    if (!out.append(piece.literal)) return {Refusal::too_long, {}};
    if (!piece.variable) continue;
    last = *piece.variable;
    const std::size_t before_len = out.view().size();
    const Refusal refusal = put_value(writer, facts, last, piece.form);
    if (refusal == Refusal::none) continue;
    if (!piece.otherwise || refusal == Refusal::too_long) return {refusal, last};
    out.truncate(before_len);
    if (!out.append(*piece.otherwise)) return {Refusal::too_long, last};
  }
  const std::size_t most = use_ == TemplateUse::hostname ? header::sname_len - 1 : longest;
  return {out.view().size() > most ? Refusal::too_long : Refusal::none, last};
}

}  // namespace chainload::core

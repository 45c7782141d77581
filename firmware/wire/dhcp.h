// SPDX-License-Identifier: MPL-2.0
// DHCP and BOOTP packets [rfc2131 2, rfc2132, rfc3396]: the fixed part, the one option walker, and a builder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"

namespace wire {

inline constexpr std::uint16_t dhcp_server_port = 67;
inline constexpr std::uint16_t dhcp_client_port = 68;
inline constexpr std::uint16_t pxe_boot_server_port = 4011;  // [pxe 2.2.3]

inline constexpr std::uint8_t bootp_op_request = 1;
inline constexpr std::uint8_t bootp_op_reply = 2;
inline constexpr std::uint16_t dhcp_flag_broadcast = 0x8000;
inline constexpr std::uint32_t dhcp_magic_cookie = 0x63825363;

enum class DhcpMessageType : std::uint8_t {
  discover = 1,
  offer,
  request,
  decline,
  ack,
  nak,
  release,
  inform
};

/// The option codes this firmware reads or writes [rfc2132, rfc3004, rfc4578].
namespace dhcp_option {
enum : std::uint8_t {
  pad = 0,
  subnet_mask = 1,
  router = 3,
  domain_name_server = 6,
  log_server = 7,
  host_name = 12,
  domain_name = 15,
  root_path = 17,
  interface_mtu = 26,
  ntp_server = 42,
  vendor_encapsulated = 43,
  requested_address = 50,
  overload = 52,
  message_type = 53,
  server_identifier = 54,
  parameter_request_list = 55,
  maximum_message_size = 57,
  vendor_class = 60,
  client_identifier = 61,
  tftp_server_name = 66,
  boot_file_name = 67,
  user_class = 77,
  client_architecture = 93,
  client_undi_version = 94,
  client_uuid = 97,
  domain_search = 119,
  classless_routes = 121,
  etherboot_encapsulated = 175,
  initiator_iqn = 203,
  microsoft_routes = 249,
  end = 255,
};
}  // namespace dhcp_option

/// Sub-options of 175, as Etherboot and gPXE define them.
namespace etherboot_option {
enum : std::uint8_t {
  priority = 1,
  feature_http = 0x13,
  feature_tftp = 0x15,
  feature_dns = 0x17,
  feature_bzimage = 0x18,
  feature_pxe = 0x21,
  no_proxy_dhcp = 176,
  bus_id = 177,
  version = 235,
};
}  // namespace etherboot_option

/// The fixed part and the magic cookie [rfc2131 figure 1].
struct BootpHeader {
  std::uint8_t op = bootp_op_request;
  std::uint8_t htype = 1;
  std::uint8_t hlen = 6;
  std::uint8_t hops = 0;
  base::Be32 xid;
  base::Be16 secs;
  base::Be16 flags;
  base::Be32 ciaddr;
  base::Be32 yiaddr;
  base::Be32 siaddr;
  base::Be32 giaddr;
  std::array<std::uint8_t, 16> chaddr{};
  std::array<std::uint8_t, 64> sname{};
  std::array<std::uint8_t, 128> file{};
  base::Be32 magic = dhcp_magic_cookie;
};
static_assert(offsetof(BootpHeader, xid) == 4);
static_assert(offsetof(BootpHeader, secs) == 8);
static_assert(offsetof(BootpHeader, flags) == 10);
static_assert(offsetof(BootpHeader, ciaddr) == 12);
static_assert(offsetof(BootpHeader, yiaddr) == 16);
static_assert(offsetof(BootpHeader, siaddr) == 20);
static_assert(offsetof(BootpHeader, giaddr) == 24);
static_assert(offsetof(BootpHeader, chaddr) == 28);
static_assert(offsetof(BootpHeader, sname) == 44);
static_assert(offsetof(BootpHeader, file) == 108);
static_assert(offsetof(BootpHeader, magic) == 236);
static_assert(sizeof(BootpHeader) == 240 && alignof(BootpHeader) == 1);

/// One piece of an option as it stands in the packet; never PAD or END.
struct DhcpOption {
  std::uint8_t code;
  base::Bytes value;
};

/// Where a packet's options stand, in the order in which RFC 3396 joins them: the options field, then `file`,
/// then `sname` where option 52 gave them away. An encapsulated option (43, 175) is one area. The bytes are
/// only referred to.
class DhcpOptions {
 public:
  DhcpOptions() = default;
  explicit DhcpOptions(base::Bytes options, base::Bytes file = {}, base::Bytes sname = {})
      : areas_{options, file, sname} {}

  /// The whole value of `code`. A value in one piece is returned where it stands; pieces [rfc3396 5] are
  /// joined in `scratch`. Nothing when the option is absent or its pieces do not fit.
  std::optional<base::Bytes> find(std::uint8_t code, base::MutBytes scratch) const;
  bool contains(std::uint8_t code) const;

  /// The value when it has exactly the size of the type.
  std::optional<std::uint8_t> find_u8(std::uint8_t code) const;
  std::optional<std::uint16_t> find_u16(std::uint8_t code) const;
  std::optional<std::uint32_t> find_u32(std::uint8_t code) const;
  /// The first of a list of addresses; nothing when the size is no positive multiple of four.
  std::optional<base::Ipv4Address> find_ipv4(std::uint8_t code) const;
  /// As many addresses of the list as fit; 0 when the size is no positive multiple of four.
  std::size_t find_ipv4_list(std::uint8_t code, std::span<base::Ipv4Address> into) const;
  /// The option's own options (43, 175), to be asked in the same way; empty when absent.
  DhcpOptions find_encapsulated(std::uint8_t code, base::MutBytes scratch) const;

 private:
  friend class DhcpOptionWalker;
  std::array<base::Bytes, 3> areas_{};
};

/// Goes over every piece of every option once. Whatever the bytes are, it ends, and never looks outside them.
class DhcpOptionWalker {
 public:
  explicit DhcpOptionWalker(const DhcpOptions& options) : areas_(options.areas_) {}

  /// The next piece; nothing at the end. END, or a length that overruns its area, ends the area.
  std::optional<DhcpOption> next();
  /// True when some area ended in the middle of an option.
  bool was_truncated() const { return was_truncated_; }

 private:
  std::array<base::Bytes, 3> areas_;
  std::size_t area_ = 0;
  bool was_truncated_ = false;
};

/// A received packet whose fixed part is whole and whose cookie is right; the bytes are only referred to.
class DhcpPacket {
 public:
  static std::optional<DhcpPacket> parse(base::Bytes packet);

  const BootpHeader& header() const { return *header_; }
  const DhcpOptions& options() const { return options_; }
  /// Nothing when this is BOOTP, or the option is not one of the eight types.
  std::optional<DhcpMessageType> message_type() const;
  base::Ipv4Address yiaddr() const { return {header_->yiaddr}; }
  base::Ipv4Address siaddr() const { return {header_->siaddr}; }
  /// Option 67, else the `file` field where option 52 did not give it away; up to the first NUL, empty when
  /// there is none.
  base::Bytes boot_file(base::MutBytes scratch) const;
  /// Option 66, else the `sname` field, likewise.
  base::Bytes server_name(base::MutBytes scratch) const;

 private:
  const BootpHeader* header_ = nullptr;
  DhcpOptions options_;
  std::uint8_t overload_ = 0;  // bit 0: `file` holds options, bit 1: `sname` does [rfc2132 9.3]
};

/// Writes a packet into a caller's buffer; what does not fit is remembered and finish() then says 0.
class DhcpBuilder {
 public:
  DhcpBuilder(base::MutBytes packet, const BootpHeader& header);
  /// For the value of an encapsulated option: no fixed part.
  explicit DhcpBuilder(base::MutBytes encapsulated) : buffer_(encapsulated) {}

  /// Values over 255 bytes go out in pieces [rfc3396 4].
  void add(std::uint8_t code, base::Bytes value);
  void add_u8(std::uint8_t code, std::uint8_t value) { add(code, {&value, 1}); }
  void add_u16(std::uint8_t code, std::uint16_t value);
  void add_u32(std::uint8_t code, std::uint32_t value);

  /// What an encapsulated option holds so far; empty when it did not fit.
  base::Bytes written() const { return overflowed_ ? base::Bytes{} : base::Bytes(buffer_.first(used_)); }
  /// Puts END; the packet's size, or 0 when something did not fit.
  std::size_t finish();

 private:
  void put(base::Bytes bytes);

  base::MutBytes buffer_;
  std::size_t used_ = 0;
  bool overflowed_ = false;
};

/// `bytes` up to the first NUL.
base::Bytes until_nul(base::Bytes bytes);

}  // namespace wire

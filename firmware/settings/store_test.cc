// SPDX-License-Identifier: MPL-2.0
#include "settings/store.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/dhcp.h"

namespace settings {
namespace {

namespace option = wire::dhcp_option;

std::vector<std::uint8_t> ack(base::Ipv4Address yiaddr, base::Ipv4Address siaddr, std::string_view file,
                              std::vector<std::pair<std::uint8_t, std::string>> options) {
  wire::BootpHeader header;
  header.op = wire::bootp_op_reply;
  header.yiaddr = yiaddr.value;
  header.siaddr = siaddr.value;
  std::copy(file.begin(), file.end(), header.file.begin());
  std::vector<std::uint8_t> packet(1472);
  wire::DhcpBuilder builder(packet, header);
  builder.add_u8(option::message_type, 5);
  for (const auto& [code, value] : options) builder.add(code, base::as_bytes(value));
  packet.resize(builder.finish());
  return packet;
}

class StoreTest : public testing::Test {
 protected:
  std::string get(std::string_view id) {
    char buffer[2048];
    base::TextWriter out(buffer);
    return store_.format(id, out) ? std::string(out.view()) : "(none)";
  }
  static std::string sentence(const base::Status& status) {
    return status.ok() ? "" : std::string(status.error().sentence());
  }

  std::array<std::uint8_t, 4096> memory_{};
  base::Arena arena_{"settings", memory_};
  std::array<std::uint8_t, 5> bus_id_{1, 0x80, 0x86, 0x10, 0x0e};
  std::array<std::uint8_t, 16> uuid_{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Store store_{arena_, {{{0x52, 0x54, 0, 0x12, 0x34, 0x56}}, bus_id_, uuid_, "0.1.0", "pcbios", "i386"}};
};

TEST_F(StoreTest, knows_the_machine) {
  EXPECT_EQ(get("mac"), "52:54:00:12:34:56");
  EXPECT_EQ(get("net0/mac"), "52:54:00:12:34:56");
  EXPECT_EQ(get("netX/mac:hexhyp"), "52-54-00-12-34-56");
  EXPECT_EQ(get("net0/busid"), "01:80:86:10:0e");
  EXPECT_EQ(get("uuid"), "00010203-0405-0607-0809-0a0b0c0d0e0f");
  EXPECT_EQ(get("smbios/uuid:hexraw"), "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(get("builtin/version"), "0.1.0");
  EXPECT_EQ(get("platform"), "pcbios");
  EXPECT_EQ(get("buildarch"), "i386");
  EXPECT_EQ(get("net0/version"), "(none)");
}

TEST_F(StoreTest, reads_smbios_by_name_and_by_place) {
  const std::vector<std::uint8_t> table{1,   10,  0, 0,   1,   2, 0,   3,   0xaa, 0xbb, 'A', 'c',
                                        'm', 'e', 0, 'P', 'C', 0, 's', '7', 0,    0,    3,   9,
                                        0,   0,   0, 0,   0,   0, 1,   'i', 'n',  'v',  0,   0};
  Store store(arena_, {{}, {}, {}, "", "", "", "UNDI", table});
  const auto shown = [&](std::string_view id) {
    char room[64];
    base::TextWriter out(room);
    return store.format(id, out) ? std::string(out.view()) : "(none)";
  };
  EXPECT_EQ(shown("manufacturer"), "Acme");
  EXPECT_EQ(shown("smbios/product"), "PC");
  EXPECT_EQ(shown("serial"), "s7");
  EXPECT_EQ(shown("asset"), "inv");
  EXPECT_EQ(shown("smbios/1.5.0"), "PC");
  EXPECT_EQ(shown("smbios/0.1.5.0"), "PC");
  EXPECT_EQ(shown("smbios/1.8.2"), "aa:bb");
  EXPECT_EQ(shown("smbios/1.8.2:uint16"), "43707");
  EXPECT_EQ(shown("net0/chip"), "UNDI");
  EXPECT_EQ(shown("net0/ifname"), "net0");
  for (const std::string_view id :
       {"smbios/1.6.0", "smbios/1.8.3", "smbios/1.1.5.0", "smbios/9.4.0", "smbios/1.5", "smbios/5",
        "smbios/1.5.0.0.0", "smbios/.5.0", "smbios/1.999.0", "board-serial"}) {
    EXPECT_EQ(shown(id), "(none)") << id;
  }
}

TEST_F(StoreTest, lists_what_can_be_named) {
  EXPECT_EQ(sentence(store_.set("own", "1")), "");
  std::string names;
  store_.list([](void* to, std::string_view id) { *static_cast<std::string*>(to) += std::string(id) + " "; },
              &names);
  EXPECT_EQ(names.find("own ip netmask "), 0U);
  EXPECT_NE(names.find(" uuid "), std::string::npos);
}

TEST_F(StoreTest, reads_the_ack) {
  const auto packet =
      ack(base::Ipv4Address::of(198, 18, 77, 100), base::Ipv4Address::of(198, 18, 77, 1), "undionly.kpxe",
          {{option::subnet_mask, std::string("\xff\xff\xff\0", 4)},
           {option::router, std::string("\xc6\x12\x4d\xfe\xc6\x12\x4d\xfd", 8)},
           {option::host_name, "node7"},
           {option::tftp_server_name, "elsewhere"},
           {option::etherboot_encapsulated, std::string("\xb0\x01\x01\xbe\x03joe", 8)}});
  store_.set_packets(packet, {});
  EXPECT_EQ(get("ip"), "198.18.77.100");
  EXPECT_EQ(get("netmask"), "255.255.255.0");
  EXPECT_EQ(get("gateway"), "198.18.77.254");
  EXPECT_EQ(get("next-server"), "198.18.77.1");
  EXPECT_EQ(get("filename"), "undionly.kpxe");
  EXPECT_EQ(get("67"), "undionly.kpxe");
  EXPECT_EQ(get("net0/67:string"), "undionly.kpxe");
  EXPECT_EQ(get("net0.dhcp/hostname"), "node7");
  EXPECT_EQ(get("12"), "node7");
  EXPECT_EQ(get("66:string"), "elsewhere");
  EXPECT_EQ(get("66"), "65:6c:73:65:77:68:65:72:65");
  EXPECT_EQ(get("175.176"), "1");
  EXPECT_EQ(get("175.176:hex"), "01");
  EXPECT_EQ(get("username"), "joe");
  EXPECT_EQ(get("175.177"), "(none)");
  EXPECT_EQ(get("root-path"), "(none)");
  EXPECT_EQ(get("proxydhcp/filename"), "(none)");
  EXPECT_EQ(store_.find_ipv4("gateway"), base::Ipv4Address::of(198, 18, 77, 254));
}

TEST_F(StoreTest, the_own_dhcp_comes_before_proxydhcp_and_a_zero_siaddr_is_none) {
  const auto own = ack(base::Ipv4Address::of(10, 0, 0, 9), {}, "", {{option::host_name, "own"}});
  const auto proxy = ack({}, base::Ipv4Address::of(10, 0, 0, 2), "proxy.0", {{option::host_name, "proxy"}});
  store_.set_packets(own, proxy);
  EXPECT_EQ(get("hostname"), "own");
  EXPECT_EQ(get("filename"), "proxy.0");
  EXPECT_EQ(get("next-server"), "10.0.0.2");
  EXPECT_EQ(get("net0/filename"), "(none)");
  EXPECT_EQ(get("proxydhcp/hostname"), "proxy");
}

TEST_F(StoreTest, option_67_comes_before_the_file_field) {
  const auto packet = ack({}, {}, "field", {{option::boot_file_name, std::string("option\0", 7)}});
  store_.set_packets(packet, {});
  EXPECT_EQ(get("filename"), "option");
}

TEST_F(StoreTest, what_is_set_by_hand_wins_until_it_is_cleared) {
  const auto packet = ack({}, base::Ipv4Address::of(10, 0, 0, 1), "dhcp.0", {});
  store_.set_packets(packet, {});
  EXPECT_EQ(sentence(store_.set("67", "mine.0")), "");
  EXPECT_EQ(get("filename"), "mine.0");
  EXPECT_EQ(get("net0.dhcp/filename"), "dhcp.0");
  EXPECT_EQ(sentence(store_.set("filename", "other.0")), "");
  EXPECT_EQ(get("67"), "other.0");
  EXPECT_EQ(sentence(store_.clear("filename")), "");
  EXPECT_EQ(get("filename"), "dhcp.0");
  EXPECT_NE(sentence(store_.clear("filename")), "");
  EXPECT_EQ(sentence(store_.set("net0/ip", "10.0.0.5")), "");
  EXPECT_EQ(get("ip"), "10.0.0.5");
}

TEST_F(StoreTest, a_name_of_ones_own_keeps_the_type_it_was_set_with) {
  EXPECT_EQ(sentence(store_.set("esc:hex", "1b")), "");
  EXPECT_EQ(get("esc"), "1b");
  EXPECT_EQ(get("esc:string"), "\x1b");
  EXPECT_EQ(sentence(store_.set("count:uint8", "200")), "");
  EXPECT_EQ(get("count"), "200");
  EXPECT_EQ(get("count:int8"), "-56");
}

TEST_F(StoreTest, refuses_in_sentences) {
  EXPECT_EQ(sentence(store_.set("net9/ip", "1.2.3.4")), "Setting \"net9/ip\": there is no scope \"net9\"");
  EXPECT_EQ(sentence(store_.set("ip:float", "1")), "Setting \"ip:float\": there is no type \"float\"");
  EXPECT_EQ(sentence(store_.set("ip", "fish")),
            "Setting \"ip\": \"fish\" is not an IPv4 address such as 192.0.2.1");
  EXPECT_EQ(sentence(store_.set("builtin/version", "9")),
            "Setting \"builtin/version\" cannot be set by hand: use \"net0/version\" or \"version\"");
  EXPECT_NE(sentence(store_.set(":string", "x")), "");
  EXPECT_NE(sentence(store_.set(std::string(300, 'n'), "x")), "");
  EXPECT_NE(sentence(store_.set("long", std::string(Store::max_value + 1, 'v'))), "");
}

TEST_F(StoreTest, memory_that_ends_is_a_sentence_and_leaves_the_old_value) {
  int kept = 0;
  while (store_.set("name" + std::to_string(kept), std::string(100, 'x')).ok()) ++kept;
  EXPECT_GT(kept, 10);
  EXPECT_EQ(get("name3"), std::string(100, 'x'));
  EXPECT_FALSE(store_.set("name3", std::string(1000, 'y')).ok());
  EXPECT_EQ(get("name3"), std::string(100, 'x'));
  for (int i = 0; i < kept; ++i) EXPECT_TRUE(store_.clear("name" + std::to_string(i)).ok());
  EXPECT_EQ(arena_.used(), 0U);
}

// F11: every length of packet, and a setting that is longer than its type.
TEST_F(StoreTest, F11_packets_cut_short_show_nothing_or_what_is_there) {
  const auto whole =
      ack(base::Ipv4Address::of(10, 0, 0, 9), {}, "file", {{option::interface_mtu, "123456789"}});
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    store_.set_packets(cut, cut);
    get("ip");
    get("filename");
    EXPECT_TRUE(get("mtu") == "" || get("mtu") == "(none)");
  }
}

}  // namespace
}  // namespace settings

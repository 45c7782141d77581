// SPDX-License-Identifier: MPL-2.0
// Replies that went through the loaded library, as octets.
#include <dhcp/dhcp4.h>
#include <dhcp/option_string.h>
#include <hooks/hooks_manager.h>

#include <thread>

#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::dhcp::DHCPACK;
using isc::dhcp::DHCPDISCOVER;
using isc::dhcp::DHCPNAK;
using isc::dhcp::DHCPOFFER;
using isc::dhcp::DHCPREQUEST;
using isc::dhcp::Option;
using isc::dhcp::OptionBuffer;
using isc::dhcp::OptionPtr;
using isc::dhcp::OptionString;
using isc::dhcp::Pkt4Ptr;
using isc::hooks::CalloutHandle;
using isc::hooks::HooksManager;

using Packets = LoadedLibrary;

OptionPtr option(std::uint8_t code, std::string_view value) {
  return OptionPtr(new Option(Option::V4, code, OptionBuffer(value.begin(), value.end())));
}

/// A reply as a server configured for booting by hand would make it.
void configure_by_hand(const Pkt4Ptr& reply) {
  reply->setSiaddr(isc::asiolink::IOAddress("192.0.2.99"));
  const std::string name = "by-hand.0";
  reply->setFile(reinterpret_cast<const std::uint8_t*>(name.data()), name.size());
  reply->setSname(reinterpret_cast<const std::uint8_t*>(name.data()), name.size());
  reply->addOption(OptionPtr(new OptionString(Option::V4, 66, "by-hand.example")));
  reply->addOption(OptionPtr(new OptionString(Option::V4, 67, name)));
  reply->addOption(OptionPtr(new OptionString(Option::V4, 60, "ByHand")));
  reply->addOption(option(97, "short"));
}

std::uint8_t reply_type(const Pkt4Ptr& query) {
  return query->getType() == DHCPDISCOVER ? DHCPOFFER : DHCPACK;
}

TEST_F(Packets, replies_to_boot_clients_are_written_and_all_others_stay_identical) {
  ASSERT_TRUE(load(short_form_json));
  for (const Sample& sample : samples) {
    const Pkt4Ptr query = query_of(sample.query.payload());
    const Pkt4Ptr reply = reply_to(query, reply_type(query));
    const Pkt4Ptr untouched = reply_to(query, reply_type(query));
    configure_by_hand(reply);
    configure_by_hand(untouched);
    EXPECT_EQ(send(query, reply), CalloutHandle::NEXT_STEP_CONTINUE);
    const bool answered = sample.rule == "built-in/script" || sample.rule.starts_with("built-in/x");
    EXPECT_EQ(packed(reply) != packed(untouched), answered) << sample.name;
  }
}

TEST_F(Packets, gpxe_gets_the_script_over_what_the_server_was_configured_to_send) {
  ASSERT_TRUE(load(short_form_json));
  const Pkt4Ptr query = query_of(gpxe_discover().payload());
  const Pkt4Ptr reply = reply_to(query, DHCPOFFER);
  configure_by_hand(reply);
  reply->addOption(option(43, "\x06\x01\x03"));
  send(query, reply);
  EXPECT_EQ(reply->getSiaddr().toText(), "192.0.2.10");
  EXPECT_EQ(file_of(reply), "http://192.0.2.10/boot.php?mac=${mac}");
  EXPECT_EQ(reply->getSname(), std::vector<std::uint8_t>(64, 0));
  EXPECT_EQ(option_of(reply, 67), "http://192.0.2.10/boot.php?mac=${mac}");
  EXPECT_EQ(option_of(reply, 66), "192.0.2.10");
  EXPECT_EQ(option_of(reply, 60), "absent");
  EXPECT_EQ(option_of(reply, 43), "absent");
  EXPECT_EQ(option_of(reply, 175), std::string("\xb0\x01\x01", 3));
  EXPECT_EQ(option_of(reply, 97).size(), 17u);
}

// The one thing Kea's own configuration cannot do: the octets on the wire.
TEST_F(Packets, old_rom_gets_its_nul_on_the_wire) {
  ASSERT_TRUE(load(short_form_json));
  const Pkt4Ptr query = query_of(old_rom_discover().payload());
  const Pkt4Ptr reply = reply_to(query, DHCPOFFER);
  send(query, reply);
  const std::vector<std::uint8_t> octets = packed(reply);
  const std::string_view wire(reinterpret_cast<const char*>(octets.data()), octets.size());
  EXPECT_NE(wire.find(std::string_view("\x43\x0eundionly.kpxe\0", 16)), std::string_view::npos);
  EXPECT_NE(wire.find(std::string_view("\x3c\x09PXEClient", 11)), std::string_view::npos);
  EXPECT_NE(wire.find(std::string_view("\x2b\x04\x06\x01\x08\xff", 6)), std::string_view::npos);
  EXPECT_EQ(wire.substr(108, 14), std::string_view("undionly.kpxe\0", 14));
}

TEST_F(Packets, option_43_of_the_server_stays_and_then_60_too) {
  ASSERT_TRUE(load(short_form_json));
  const Pkt4Ptr query = query_of(old_rom_discover().payload());
  const Pkt4Ptr reply = reply_to(query, DHCPOFFER);
  reply->addOption(option(43, "\x06\x01\x03"));
  send(query, reply);
  EXPECT_EQ(option_of(reply, 43), "\x06\x01\x03");
  EXPECT_EQ(option_of(reply, 60), "absent");
  EXPECT_EQ(option_of(reply, 67), std::string_view("undionly.kpxe\0", 14));
}

// Objects in a reply may be the very ones of the server's configuration.
TEST_F(Packets, option_objects_of_the_server_are_not_written_to) {
  ASSERT_TRUE(load(short_form_json));
  const Pkt4Ptr query = query_of(gpxe_discover().payload());
  std::vector<OptionPtr> shared = {
      option(43, "\x06\x01\x03"), option(60, "ByHand"), option(66, "host"),
      option(67, "file"),         option(97, "x"),      option(175, "\x08\x01\x01")};
  std::vector<std::vector<std::uint8_t>> before;
  for (const OptionPtr& each : shared) before.push_back(each->toBinary(true));
  for (int round = 0; round < 2; ++round) {
    const Pkt4Ptr reply = reply_to(query, DHCPOFFER);
    for (const OptionPtr& each : shared) reply->addOption(each);
    send(query, reply);
    EXPECT_EQ(option_of(reply, 175), std::string("\x08\x01\x01\xb0\x01\x01", 6));
  }
  for (std::size_t i = 0; i < shared.size(); ++i) EXPECT_EQ(shared[i]->toBinary(true), before[i]) << i;
}

TEST_F(Packets, nak_and_inform_are_left_alone) {
  ASSERT_TRUE(load(short_form_json));
  const Pkt4Ptr request = query_of(edk2_pxe_request().payload());
  const Pkt4Ptr nak = reply_to(request, DHCPNAK);
  const Pkt4Ptr same_nak = reply_to(request, DHCPNAK);
  send(request, nak);
  EXPECT_EQ(packed(nak), packed(same_nak));

  const Query inform = Query().message(8).arch(0).put(60, "PXEClient").put(77, "gPXE").end();
  const Pkt4Ptr query = query_of(inform.payload());
  const Pkt4Ptr ack = reply_to(query, DHCPACK);
  const Pkt4Ptr same_ack = reply_to(query, DHCPACK);
  send(query, ack);
  EXPECT_EQ(packed(ack), packed(same_ack));
}

TEST_F(Packets, offer_and_ack_of_one_machine_say_the_same) {
  ASSERT_TRUE(load(short_form_json));
  for (const auto type : {DHCPDISCOVER, DHCPREQUEST}) {
    const Query query = Query()
                            .message(static_cast<std::uint8_t>(type))
                            .arch(7)
                            .put(60, "PXEClient:Arch:00007")
                            .put(55, {66, 67})
                            .end();
    const Pkt4Ptr asked = query_of(query.payload());
    const Pkt4Ptr reply = reply_to(asked, reply_type(asked));
    send(asked, reply);
    EXPECT_EQ(file_of(reply), "snponly.efi");
    EXPECT_EQ(option_of(reply, 66), "192.0.2.10");
  }
}

TEST_F(Packets, bootp_query_of_a_boot_client_is_answered) {
  ASSERT_TRUE(load(short_form_json));
  const Query bootp = Query().arch(0).put(60, "PXEClient").end();
  const Pkt4Ptr query = query_of(bootp.payload());
  const Pkt4Ptr reply = reply_to(query, DHCPACK);
  send(query, reply);
  EXPECT_EQ(file_of(reply), "undionly.kpxe");
}

TEST_F(Packets, missing_and_null_arguments_are_survived) {
  ASSERT_TRUE(load(short_form_json));
  const Pkt4Ptr query = query_of(gpxe_discover().payload());
  EXPECT_EQ(send(Pkt4Ptr(), reply_to(query, DHCPOFFER)), CalloutHandle::NEXT_STEP_CONTINUE);
  EXPECT_EQ(send(query, Pkt4Ptr()), CalloutHandle::NEXT_STEP_CONTINUE);
  const auto handle = HooksManager::createCalloutHandle();
  HooksManager::callCallouts(isc::hooks::ServerHooks::getServerHooks().getIndex("pkt4_send"), *handle);
  EXPECT_EQ(handle->getStatus(), CalloutHandle::NEXT_STEP_CONTINUE);
  EXPECT_EQ(command("chainload-status", "").arguments->get("counters")->get("failed")->intValue(), 1);
}

int pack_first(CalloutHandle& handle) {
  handle.setStatus(CalloutHandle::NEXT_STEP_SKIP);
  return 0;
}

TEST_F(Packets, reply_that_another_library_packed_already_is_left_alone_and_counted) {
  ASSERT_TRUE(load(short_form_json));
  HooksManager::preCalloutsLibraryHandle().registerCallout("pkt4_send", pack_first);
  const Pkt4Ptr query = query_of(gpxe_discover().payload());
  const Pkt4Ptr reply = reply_to(query, DHCPOFFER);
  send(query, reply);
  HooksManager::preCalloutsLibraryHandle().deregisterAllCallouts("pkt4_send");
  EXPECT_EQ(option_of(reply, 67), "absent");
  EXPECT_EQ(command("chainload-status", "").arguments->get("counters")->get("already-packed")->intValue(), 1);
}

TEST_F(Packets, name_too_long_for_the_client_leaves_the_reply_identical) {
  std::string parameters = short_form_json;
  parameters.replace(parameters.find("boot.php"), 8, std::string(120, 's'));
  ASSERT_TRUE(load(parameters));
  const Query rom = Query().message(1).arch(0).put(60, "PXEClient").put(77, "iPXE").end();
  // Says iPXE, so it is known to read option 67.
  const Pkt4Ptr loader = query_of(rom.payload());
  const Pkt4Ptr offer = reply_to(loader, DHCPOFFER);
  send(loader, offer);
  EXPECT_EQ(file_of(offer), "");
  EXPECT_GT(option_of(offer, 67).size(), 128u);

  std::string listed = parameters;
  listed.insert(1, R"("user-classes": [ "old" ],)");
  ASSERT_TRUE(load(listed));
  const Query old = Query().message(1).arch(0).put(60, "PXEClient").put(77, "old").end();
  const Pkt4Ptr query = query_of(old.payload());
  const Pkt4Ptr reply = reply_to(query, DHCPOFFER);
  const Pkt4Ptr untouched = reply_to(query, DHCPOFFER);
  send(query, reply);
  EXPECT_EQ(packed(reply), packed(untouched));
  EXPECT_EQ(command("chainload-status", "").arguments->get("counters")->get("refused")->intValue(), 1);
}

TEST_F(Packets, several_threads_at_once_are_answered_alike) {
  std::string quiet = short_form_json;
  quiet.insert(1, R"("log-decisions": "none",)");
  ASSERT_TRUE(load(quiet));
  constexpr int rounds = 500;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < rounds; ++round) {
        const Pkt4Ptr query = query_of(gpxe_discover().payload());
        const Pkt4Ptr reply = reply_to(query, DHCPOFFER);
        send(query, reply);
        if (file_of(reply) != "http://192.0.2.10/boot.php?mac=${mac}") ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(command("chainload-status", "").arguments->get("counters")->get("boot-files")->intValue(),
            4 * rounds);
}

}  // namespace
}  // namespace chainload::tests

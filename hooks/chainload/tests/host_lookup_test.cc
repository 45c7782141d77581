// SPDX-License-Identifier: MPL-2.0
// Reservations that no configuration file holds: looked up through the server's host manager, where that is
// asked for.
#include <dhcpsrv/host_data_source_factory.h>
#include <dhcpsrv/host_mgr.h>

#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using isc::asiolink::IOAddress;
using isc::data::Element;
using isc::dhcp::ConstHostCollection;
using isc::dhcp::ConstHostPtr;
using isc::dhcp::Host;
using isc::dhcp::HostDataSourceFactory;
using isc::dhcp::HostDataSourcePtr;
using isc::dhcp::HostMgr;
using isc::dhcp::HostPageSize;
using isc::dhcp::HostPtr;
using isc::dhcp::Pkt4Ptr;
using isc::dhcp::SubnetID;

/// In the place of a database: what it was asked, and the hosts it knows. What a DHCPv4 server does not need
/// here finds nothing. Some functions are pure in one version of Kea and unknown in another: none says
/// `override`.
class Database : public isc::dhcp::BaseHostDataSource {
 public:
  static inline std::vector<HostPtr> hosts;
  static inline int asked = 0;

  ConstHostPtr get4(const SubnetID& subnet, const Host::IdentifierType& type, const std::uint8_t* identifier,
                    const std::size_t len) const {
    ++asked;
    for (const HostPtr& host : hosts) {
      if (host->getIPv4SubnetID() == subnet && host->getIdentifierType() == type &&
          host->getIdentifier() == std::vector<std::uint8_t>(identifier, identifier + len)) {
        return host;
      }
    }
    return ConstHostPtr();
  }
  std::string getType() const { return "fake"; }

  ConstHostCollection getAll(const Host::IdentifierType&, const std::uint8_t*, const std::size_t) const {
    return {};
  }
  ConstHostCollection getAll4(const SubnetID&) const { return {}; }
  ConstHostCollection getAll4(const IOAddress&) const { return {}; }
  ConstHostCollection getAll4(const SubnetID&, const IOAddress&) const { return {}; }
  ConstHostCollection getAll6(const SubnetID&) const { return {}; }
  ConstHostCollection getAll6(const IOAddress&) const { return {}; }
  ConstHostCollection getAll6(const SubnetID&, const IOAddress&) const { return {}; }
  ConstHostCollection getAllbyHostname(const std::string&) const { return {}; }
  ConstHostCollection getAllbyHostname4(const std::string&, const SubnetID&) const { return {}; }
  ConstHostCollection getAllbyHostname6(const std::string&, const SubnetID&) const { return {}; }
  ConstHostCollection getPage4(const SubnetID&, std::size_t&, std::uint64_t, const HostPageSize&) const {
    return {};
  }
  ConstHostCollection getPage6(const SubnetID&, std::size_t&, std::uint64_t, const HostPageSize&) const {
    return {};
  }
  ConstHostCollection getPage4(std::size_t&, std::uint64_t, const HostPageSize&) const { return {}; }
  ConstHostCollection getPage6(std::size_t&, std::uint64_t, const HostPageSize&) const { return {}; }
  ConstHostPtr get4(const SubnetID&, const IOAddress&) const { return ConstHostPtr(); }
  ConstHostPtr get6(const SubnetID&, const Host::IdentifierType&, const std::uint8_t*,
                    const std::size_t) const {
    return ConstHostPtr();
  }
  ConstHostPtr get6(const IOAddress&, const std::uint8_t) const { return ConstHostPtr(); }
  ConstHostPtr get6(const SubnetID&, const IOAddress&) const { return ConstHostPtr(); }
  void add(const HostPtr&) {}
  bool del(const SubnetID&, const IOAddress&) { return false; }
  bool del4(const SubnetID&, const Host::IdentifierType&, const std::uint8_t*, const std::size_t) {
    return false;
  }
  bool del6(const SubnetID&, const Host::IdentifierType&, const std::uint8_t*, const std::size_t) {
    return false;
  }
  bool setIPReservationsUnique(const bool) { return true; }
};

HostPtr host(SubnetID subnet, const std::string& hostname, const std::string& context) {
  HostPtr made(new Host("52:54:00:77:00:01", "hw-address", subnet, isc::dhcp::SUBNET_ID_UNUSED,
                        IOAddress::IPV4_ZERO_ADDRESS(), hostname));
  if (!context.empty()) made->setContext(Element::fromJSON(context));
  return made;
}

class HostLookup : public LoadedLibrary {
 protected:
  HostLookup() {
    Database::hosts.clear();
    Database::asked = 0;
    HostDataSourceFactory::registerFactory("fake",
                                           [](const auto&) { return HostDataSourcePtr(new Database); });
    HostMgr::create();
    HostMgr::addBackend("type=fake");
  }
  ~HostLookup() override {
    HostMgr::create();
    HostDataSourceFactory::deregisterFactory("fake");
    Database::hosts.clear();
  }

  void load_with(const std::string& more) {
    std::string parameters = short_form_json;
    parameters.insert(1, more);
    ASSERT_TRUE(load(parameters));
    ASSERT_FALSE(configured(R"({ "subnet4": [
        { "id": 1, "subnet": "192.0.2.0/24", "user-context": { "chainload": { "next-server": "192.0.2.99" } },
          "reservations": [ { "hw-address": "02:00:00:00:00:05", "hostname": "in-the-file" } ] },
        { "id": 2, "subnet": "198.51.100.0/24", "reservations-in-subnet": false, "reservations-global": true } ] })")
                     .dropped);
  }

  std::string file_at(const std::string& yiaddr, const Query& query = gpxe_discover()) {
    const Pkt4Ptr asked = query_of(query.payload());
    const Pkt4Ptr reply = offer_to(asked, yiaddr);
    send(asked, reply);
    return file_of(reply);
  }
};

const std::string own_script = R"({ "chainload": { "script": "http://192.0.2.10/mine" } })";
const std::string usual_script = "http://192.0.2.10/boot.php?mac=${mac}";

TEST_F(HostLookup, database_is_not_asked_unless_told_to) {
  Database::hosts = {host(1, "", own_script)};
  load_with("");
  EXPECT_EQ(file_at("192.0.2.7"), usual_script);
  EXPECT_EQ(Database::asked, 0);
}

TEST_F(HostLookup, context_of_a_reservation_in_a_database_counts) {
  Database::hosts = {host(1, "", own_script)};
  load_with(R"("host-lookup": true,)");
  EXPECT_EQ(file_at("192.0.2.7"), "http://192.0.2.10/mine");
  EXPECT_EQ(file_at("198.51.100.7"), usual_script);
  EXPECT_EQ(file_at("203.0.113.7"), usual_script);  // of no subnet: of no reservation
}

TEST_F(HostLookup, its_scope_inherits_from_the_subnets) {
  Database::hosts = {host(1, "", own_script)};
  load_with(R"("host-lookup": true,)");
  const Pkt4Ptr asked = query_of(gpxe_discover().payload());
  const Pkt4Ptr reply = offer_to(asked, "192.0.2.7");
  send(asked, reply);
  EXPECT_EQ(reply->getSiaddr().toText(), "192.0.2.99");
}

TEST_F(HostLookup, global_reservation_is_looked_for_where_the_subnet_honours_them) {
  Database::hosts = {host(isc::dhcp::SUBNET_ID_GLOBAL, "", own_script),
                     host(2, "", R"({ "chainload": { "script": "x" } })")};
  load_with(R"("host-lookup": true,)");
  EXPECT_EQ(file_at("198.51.100.7"), "http://192.0.2.10/mine");
  EXPECT_EQ(file_at("192.0.2.7"), usual_script);
}

TEST_F(HostLookup, only_boot_clients_cost_a_question) {
  Database::hosts = {host(1, "", own_script)};
  load_with(R"("host-lookup": true,)");
  file_at("192.0.2.7", dhclient_discover());
  EXPECT_EQ(Database::asked, 0);
  file_at("192.0.2.7");
  EXPECT_GT(Database::asked, 0);
}

TEST_F(HostLookup, reservation_of_the_file_needs_no_question) {
  load_with(R"("host-lookup": true,)");
  file_at("192.0.2.7", Query({2, 0, 0, 0, 0, 5}).message(1).arch(0).put(60, "PXEClient").end());
  EXPECT_EQ(Database::asked, 0);
}

TEST_F(HostLookup, wrong_context_counts_as_none) {
  Database::hosts = {host(1, "", R"({ "chainload": { "scripts": "x" } })")};
  load_with(R"("host-lookup": true,)");
  EXPECT_EQ(file_at("192.0.2.7"), "http://192.0.2.10/boot.php?mac=${mac}");
  Database::hosts = {host(1, "", R"({ "chainload": )" + std::string(50, '[') + std::string(50, ']') + "}")};
  EXPECT_EQ(file_at("192.0.2.7"), "http://192.0.2.10/boot.php?mac=${mac}");
}

TEST_F(HostLookup, host_name_comes_from_the_database_too) {
  Database::hosts = {host(1, "web01", "")};
  load_with(R"("host-lookup": true, "rules": [ { "name": "named", "match": { "user-class": "gPXE" },
      "boot": { "boot-file-name": "http://192.0.2.10/%{hostname}" } } ],)");
  EXPECT_EQ(file_at("192.0.2.7"), "http://192.0.2.10/web01");
}

}  // namespace
}  // namespace chainload::tests

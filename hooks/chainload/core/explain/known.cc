// SPDX-License-Identifier: MPL-2.0
// Classes, address, subnet and host name as given, and what is assumed of those that are not.
#include "known.h"

#include "core/facts/text.h"
#include "core/rules/built_in.h"

namespace chainload::core {
namespace {

constexpr std::size_t classes_max = 256;

class Reader {
 public:
  Reader(const std::string& map_name, const Value& map, const LookedAt& looked_at, const Facts& facts)
      : prefix_(map_name.empty() ? "" : map_name + "."), map_(map), looked_at_(looked_at), facts_(facts) {}

  SaidOfClient read() {
    read_classes();
    read_address();
    find_subnet();
    read_hostname();
    return std::move(result_);
  }

 private:
  const Value* get(std::string_view key) const { return map_.find(key); }
  const Networks& networks() const { return looked_at_.scopes.networks(); }
  KnownOfClient& known() { return result_.known; }

  void read_classes() {
    const Value* const value = get("classes");
    if (value == nullptr) {
      if (looked_at_.reach.client_classes || looked_at_.scopes.has_class_scopes()) {
        assume("the client is in no client class; give \"classes\"");
      }
      return;
    }
    const std::string name = prefix_ + "classes";
    if (value->list() == nullptr) throw BadArgument(name, "it is no list: write [ \"NAME\" ]");
    if (value->list()->size() > classes_max) {
      throw BadArgument(name, "the list has " + std::to_string(value->list()->size()) +
                                  " values, more than " + std::to_string(classes_max));
    }
    for (std::size_t i = 0; i < value->list()->size(); ++i) {
      const std::string each = name + "[" + std::to_string(i) + "]";
      known().classes.push_back(string_in(each, (*value->list())[i]));
      if (known().classes.back().empty()) throw BadArgument(each, "it is empty: write the name of a class");
    }
  }

  void read_address() {
    const Value* const yiaddr = get("yiaddr");
    const Value* const ip = get("ip");
    if (yiaddr != nullptr && ip != nullptr)
      throw BadArgument(prefix_ + "yiaddr", "it means the same as \"ip\": give one of the two");
    if (yiaddr == nullptr && ip == nullptr) return;
    const std::string name = prefix_ + (ip != nullptr ? "ip" : "yiaddr");
    const auto address = parse_ipv4(string_in(name, ip != nullptr ? *ip : *yiaddr));
    if (!address) throw BadArgument(name, "it is no IPv4 address: write one such as \"192.0.2.100\"");
    known().address = *address;
  }

  /// By id, by address, by the shared network, and at last by what is likely.
  void find_subnet() {
    const Subnet* const given = given_subnet();
    if (given != nullptr && known().address != Ipv4::unset) check_that_the_address_lies_in(*given);
    known().subnet = given;
    if (const Value* const value = get("shared-network")) {
      take_shared_network(string_in(prefix_ + "shared-network", *value));
    } else if (given == nullptr && known().address == Ipv4::unset) {
      assume_a_subnet();
    }
  }

  const Subnet* given_subnet() const {
    const Value* const value = get("subnet");
    if (value == nullptr) return nullptr;
    const std::string name = prefix_ + "subnet";
    const std::int64_t id = number_in(name, *value, 1, 0xfffffffe);
    const Subnet* const subnet = networks().subnet_by_id(static_cast<std::uint32_t>(id));
    if (subnet == nullptr) {
      throw BadArgument(name, "the server has no subnet " + std::to_string(id) +
                                  ": write the \"id\" of one, or give \"ip\"");
    }
    return subnet;
  }

  void take_shared_network(const std::string& text) {
    const std::string name = prefix_ + "shared-network";
    const Subnet* const found = known().subnet ? known().subnet : networks().place_of(known().address).subnet;
    if (found != nullptr || known().address != Ipv4::unset) {
      if (found != nullptr && found->shared_network == text) return;
      throw BadArgument(name, "the client's subnet is not in the shared network " + in_quotes(text) +
                                  ": leave one of them out");
    }
    for (const Subnet& each : networks().subnets()) {
      if (each.shared_network != text) continue;
      known().subnet = &each;
      assume(subnet_text(each) + ", the first of that shared network; give \"ip\" or \"subnet\"");
      return;
    }
    throw BadArgument(name, "the server has no shared network " + in_quotes(text) +
                                " with a subnet in it: write the \"name\" of one");
  }

  void assume_a_subnet() {
    if (networks().subnets().empty()) return;
    if (networks().place_of(facts_.client_address).subnet != nullptr) {
      known().address = facts_.client_address;
      assume("the client has the address of its ciaddr, " + ipv4_text(facts_.client_address));
      return;
    }
    if (!looked_at_.reach.network && looked_at_.scopes.empty() && !looked_at_.looks_up_hosts) return;
    const Subnet* const of_relay = networks().place_of(facts_.relay).subnet;
    if (of_relay != nullptr) {
      known().subnet = of_relay;
      assume(subnet_text(*of_relay) + ", which holds the relay's address; give \"ip\" or \"subnet\"");
    } else if (networks().subnets().size() == 1) {
      known().subnet = &networks().subnets().front();
      assume(subnet_text(*known().subnet) + ", the only one; give \"ip\" or \"subnet\"");
    } else {
      assume(
          "the client is in no subnet, so that the contexts of subnets, pools and reservations do not count; "
          "give \"ip\" or \"subnet\"");
    }
  }

  void read_hostname() {
    if (const Value* const value = get("hostname")) {
      known().hostname = string_in(prefix_ + "hostname", *value);
    } else if (looked_at_.reach.hostname) {
      assume("the server has no host name for the client but that of its reservation; give \"hostname\"");
    }
  }

  void check_that_the_address_lies_in(const Subnet& subnet) {
    const std::uint32_t mask = subnet.prefix_len == 0 ? 0 : ~std::uint32_t{0} << (32 - subnet.prefix_len);
    if ((static_cast<std::uint32_t>(known().address) & mask) == static_cast<std::uint32_t>(subnet.prefix))
      return;
    throw BadArgument(prefix_ + "subnet",
                      subnet_text(subnet) + " does not hold the address: leave one of them out");
  }

  static std::string subnet_text(const Subnet& subnet) {
    return "subnet " + std::to_string(subnet.id) + " (" + printable(subnet.text) + ")";
  }

  void assume(const std::string& sentence) { result_.assumed.push_back(sentence); }

  std::string prefix_;
  const Value& map_;
  const LookedAt& looked_at_;
  const Facts& facts_;
  SaidOfClient result_;
};

}  // namespace

SaidOfClient read_known(const std::string& map_name, const Value& map, const LookedAt& looked_at,
                        const Facts& facts) {
  return Reader(map_name, map, looked_at, facts).read();
}

}  // namespace chainload::core

// SPDX-License-Identifier: MPL-2.0
// Classes, address, subnet and host name as given, and what is assumed of those that are not.
#include "known_argument.h"

#include "arguments.h"
#include "core/text.h"

namespace chainload::kea {
namespace {

using core::Ipv4;
using core::Subnet;
using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::size_t classes_max = 256;

class Reader {
 public:
  Reader(const std::string& map_name, const ConstElementPtr& map, const Configuration& now,
         const core::Facts& facts)
      : prefix_(map_name.empty() ? "" : map_name + "."), map_(map), now_(now), facts_(facts) {}

  KnownArgument read() {
    read_classes();
    read_address();
    find_subnet();
    read_hostname();
    return std::move(result_);
  }

 private:
  ConstElementPtr get(const char* key) const { return map_->get(key); }
  const core::Networks& networks() const { return now_.scopes->networks(); }
  KnownOfClient& known() { return result_.known; }

  void read_classes() {
    const ConstElementPtr value = get("classes");
    if (!value) {
      if (now_.policy.reach.client_classes || now_.scopes->has_class_scopes()) {
        assume("the client is in no client class; give \"classes\"");
      }
      return;
    }
    const std::string name = prefix_ + "classes";
    if (value->getType() != Element::list) throw BadArgument(name, "it is no list: write [ \"NAME\" ]");
    if (value->size() > classes_max) {
      throw BadArgument(name, "the list has " + std::to_string(value->size()) + " values, more than " +
                                  std::to_string(classes_max));
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
      const std::string each = name + "[" + std::to_string(i) + "]";
      known().classes.push_back(string_argument(each, *value->get(static_cast<int>(i))));
      if (known().classes.back().empty()) throw BadArgument(each, "it is empty: write the name of a class");
    }
  }

  void read_address() {
    const ConstElementPtr yiaddr = get("yiaddr");
    const ConstElementPtr ip = get("ip");
    if (yiaddr && ip)
      throw BadArgument(prefix_ + "yiaddr", "it means the same as \"ip\": give one of the two");
    if (!yiaddr && !ip) return;
    const std::string name = prefix_ + (ip ? "ip" : "yiaddr");
    const auto address = core::parse_ipv4(string_argument(name, ip ? *ip : *yiaddr));
    if (!address) throw BadArgument(name, "it is no IPv4 address: write one such as \"192.0.2.100\"");
    known().address = *address;
  }

  /// By id, by address, by the shared network, and at last by what is likely.
  void find_subnet() {
    const Subnet* const given = given_subnet();
    if (given != nullptr && known().address != Ipv4::unset) check_that_the_address_lies_in(*given);
    known().subnet = given;
    if (const ConstElementPtr value = get("shared-network")) {
      take_shared_network(string_argument(prefix_ + "shared-network", *value));
    } else if (given == nullptr && known().address == Ipv4::unset) {
      assume_a_subnet();
    }
  }

  const Subnet* given_subnet() const {
    const ConstElementPtr value = get("subnet");
    if (!value) return nullptr;
    const std::string name = prefix_ + "subnet";
    const std::int64_t id = number_argument(name, *value, 1, 0xfffffffe);
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
      throw BadArgument(name, "the client's subnet is not in the shared network \"" + core::printable(text) +
                                  "\": leave one of them out");
    }
    for (const Subnet& each : networks().subnets()) {
      if (each.shared_network != text) continue;
      known().subnet = &each;
      assume(subnet_text(each) + ", the first of that shared network; give \"ip\" or \"subnet\"");
      return;
    }
    throw BadArgument(name, "the server has no shared network \"" + core::printable(text) +
                                "\" with a subnet in it: write the \"name\" of one");
  }

  void assume_a_subnet() {
    if (networks().subnets().empty()) return;
    if (networks().place_of(facts_.client_address).subnet != nullptr) {
      known().address = facts_.client_address;
      assume("the client has the address of its ciaddr, " + core::ipv4_text(facts_.client_address));
      return;
    }
    if (!now_.policy.reach.network && now_.scopes->empty() && !now_.hosts) return;
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
    if (const ConstElementPtr value = get("hostname")) {
      known().hostname = string_argument(prefix_ + "hostname", *value);
    } else if (now_.policy.reach.hostname) {
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
    return "subnet " + std::to_string(subnet.id) + " (" + core::printable(subnet.text) + ")";
  }

  void assume(const std::string& sentence) { result_.assumed.push_back(sentence); }

  std::string prefix_;
  ConstElementPtr map_;
  const Configuration& now_;
  const core::Facts& facts_;
  KnownArgument result_;
};

}  // namespace

KnownArgument known_argument(const std::string& map_name, const ConstElementPtr& map,
                             const Configuration& now, const core::Facts& facts) {
  return Reader(map_name, map, now, facts).read();
}

}  // namespace chainload::kea

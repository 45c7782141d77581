// SPDX-License-Identifier: MPL-2.0
// Deciding and planning a reply take nothing from the heap, whichever source answers.
#include "core/decide/reply_plan.h"
#include "rules_of.h"
#include "sample_packets.h"

/// Of AddressSanitizer, whose header GCC does not ship.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             std::size_t),
                                                         void (*free_hook)(const volatile void*));

namespace chainload::tests {
namespace {

using namespace core;

std::size_t allocations = 0;

void count_allocation(const volatile void*, std::size_t) {
  ++allocations;
}
void ignore_free(const volatile void*) {}

TEST(allocation, none_is_made_between_the_facts_and_the_plan) {
  const Policy policy =
      policy_from(R"({"next-server": "192.0.2.10", "script": "http://192.0.2.10/%{mac}?h=%{hostname|x}",
    "rules": [
      {"name": "a", "match": {"mac": ["52:54:00:77:00:09", "00:16:3e:*"], "not": {"arch": 7}}, "boot": {"deny": true}},
      {"name": "b", "match": {"user-class": "gPXE", "client-class": "lab"},
       "boot": {"boot-file-name": "http://h/%{circuit-id|none}/%{uuid}", "server-hostname": "%{hostname|boot}"}},
      {"name": "c", "match": {"vendor-class": "PXE*", "subnet": 2}, "boot": {"boot-file-name": "%{arch}.0"}},
      {"name": "d", "client": "any", "match": {"circuit-id": "x"}, "boot": {"pass": true}}]})");
  const auto reservation =
      scope_from("reservation", R"({"script": "http://192.0.2.10/mine/%{mac:hexhyp}"})", policy);
  ASSERT_EQ(__sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_free) != 0, true);
  const std::size_t before = allocations;
  const auto probe = std::make_unique<int>(1);
  ASSERT_GT(allocations, before);  // they are counted at all

  std::size_t plans = 0;
  std::size_t total = 0;
  for (const Sample& sample : samples) {
    const Facts facts = read_facts(sample.query.payload());
    Surroundings around;
    const std::array<std::string_view, 2> classes = {"ALL", "lab"};
    around.client_classes = classes;
    around.hostname = "node7";
    for (const std::uint32_t subnet : {1u, 2u}) {
      for (const ScopePolicy* const scope :
           {static_cast<const ScopePolicy*>(nullptr), static_cast<const ScopePolicy*>(reservation.get())}) {
        around.subnet_id = subnet;
        around.reservation = scope;
        const std::size_t at_start = allocations;
        const Decision decision = decide(facts, around, policy);
        if (decision.outcome == Outcome::boot || decision.outcome == Outcome::denied) {
          const ReplyPlan plan = plan_reply(facts, decision, {});
          plans += plan.fits ? 1 : 0;
        }
        total += allocations - at_start;
      }
    }
  }
  EXPECT_EQ(total, 0u);
  EXPECT_GT(plans, 10u);
}

}  // namespace
}  // namespace chainload::tests

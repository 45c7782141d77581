// SPDX-License-Identifier: MPL-2.0
// What dhcpd would answer, as an ordered list: it runs the statements of a client's scopes from the outermost
// to the innermost, the later overriding the earlier, so that each way through its conditions is one rule.
#include <algorithm>
#include <array>

#include "dhcpd_text.h"

namespace chainload::ctl::import {
namespace {

constexpr std::size_t most_ways = 2000;

/// One way through the statements so far.
struct Way {
  Conjunction when;
  Boot boot;
  bool is_touched = false;  // by the innermost scope
  std::string place;        // of what touched it last
};
using Ways = std::vector<Way>;

struct Pending {
  int rank;  // hosts are asked before classes, these before pools, subnets, networks, and everything
  std::string name;
  Ways ways;
};

int rank_of(const std::string& scope) {
  constexpr std::array<const char*, 6> order = {"host", "class", "pool", "subnet", "shared-network", "group"};
  const auto found = std::find(order.begin(), order.end(), scope);
  return static_cast<int>(found - order.begin());
}

bool speaks_of_booting(const Block& block) {
  return std::any_of(block.begin(), block.end(), [](const Statement& each) {
    if (each.kind == Statement::Kind::scope) return false;
    return each.kind != Statement::Kind::choice ||
           std::any_of(each.branches.begin(), each.branches.end(),
                       [](const Branch& branch) { return speaks_of_booting(branch.body); });
  });
}

class DhcpdImporter {
 public:
  explicit DhcpdImporter(Imported& imported) : imported_(imported) {}

  void run(const Block& block) {
    enter(block, {Way{}}, {"global", ""}, 9);
    std::stable_sort(pending_.begin(), pending_.end(),
                     [](const Pending& a, const Pending& b) { return a.rank < b.rank; });
    for (const Pending& each : pending_) {
      for (const Way& way : each.ways) imported_.add(each.name, way.when, way.boot, way.place);
    }
  }

 private:
  struct Name {
    std::string scope;
    std::string name;
    std::string text() const { return name.empty() ? scope : scope + "-" + name; }
  };

  void enter(const Block& block, Ways ways, const Name& name, int rank) {
    ways = walk(block, std::move(ways));
    for (const Statement& each : block) {
      if (each.kind != Statement::Kind::scope) continue;
      if (!each.is_known && speaks_of_booting(each.body)) {
        imported_.leave_out(each.place,
                            each.scope + " " + each.name +
                                ": which clients this is for cannot be said in rules; its boot files "
                                "are left out");
        continue;
      }
      Ways inner;
      for (const Way& way : ways) {
        for (const Conjunction& when : each.when)
          inner.push_back({both(way.when, when), way.boot, false, way.place});
      }
      enter(each.body, std::move(inner), {each.scope, each.name},
            each.scope == "group" ? rank : std::min(rank, rank_of(each.scope)));
    }
    if (std::any_of(ways.begin(), ways.end(), [](const Way& way) { return way.is_touched; }))
      pending_.push_back({rank, name.text(), std::move(ways)});
  }

  Ways walk(const Block& block, Ways ways) {
    for (const Statement& each : block) {
      if (each.kind == Statement::Kind::choice) {
        ways = choose(each, ways);
      } else if (each.kind != Statement::Kind::scope) {
        for (Way& way : ways) assign(each, way);
      }
    }
    return ways;
  }

  static void assign(const Statement& statement, Way& way) {
    auto& field = statement.kind == Statement::Kind::file     ? way.boot.file
                  : statement.kind == Statement::Kind::server ? way.boot.server
                                                              : way.boot.hostname;
    field = statement.text;
    way.is_touched = true;
    way.place = statement.place;
  }

  Ways choose(const Statement& choice, const Ways& ways) {
    const bool matters = std::any_of(choice.branches.begin(), choice.branches.end(),
                                     [](const Branch& branch) { return speaks_of_booting(branch.body); });
    if (!matters) return ways;
    Ways result;
    for (const Way& way : ways) {
      bool is_closed = false;  // by an else
      for (const Branch& branch : choice.branches) {
        if (!branch.is_known) {
          imported_.leave_out(
              choice.place,
              "a condition here cannot be said in rules; what it gives is left out, as if it never "
              "held");
          continue;
        }
        for (const Conjunction& when : branch.when) {
          is_closed = is_closed || when.empty();
          for (const Way& taken :
               walk(branch.body, {{both(way.when, when), way.boot, way.is_touched, way.place}}))
            result.push_back(taken);
        }
      }
      if (!is_closed) result.push_back(way);
      if (result.size() > most_ways) {
        imported_.leave_out(choice.place,
                            "there are too many ways through these conditions: the rest is left out");
        return result;
      }
    }
    return result;
  }

  Imported& imported_;
  std::vector<Pending> pending_;
};

}  // namespace

Imported import_dhcpd(const std::string& text, const std::string& name) {
  Imported imported;
  DhcpdImporter(imported).run(parse_dhcpd(text, name, imported));
  return imported;
}

}  // namespace chainload::ctl::import

// SPDX-License-Identifier: MPL-2.0
// Each command and its description in api/, and who may give it.
#include <hooks/server_hooks.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "loaded_library.h"

namespace chainload::tests {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

class Api : public LoadedLibrary {
 protected:
  /// The descriptions by the name of their file.
  static std::map<std::string, ConstElementPtr> descriptions() {
    std::map<std::string, ConstElementPtr> found;
    for (const auto& entry : std::filesystem::directory_iterator(COMMAND_API)) {
      if (entry.path().extension() != ".json") continue;
      found[entry.path().stem()] = Element::fromJSONFile(entry.path(), true);
    }
    return found;
  }

  /// Those that the library registered with the server.
  static std::set<std::string> commands() {
    std::set<std::string> names;
    for (const std::string& hook : isc::hooks::ServerHooks::getServerHooks().getHookNames()) {
      if (hook.starts_with("$")) names.insert(isc::hooks::ServerHooks::hookToCommandName(hook));
    }
    return names;
  }

  static std::string with(const std::string& extra) {
    std::string parameters = short_form_json;
    return parameters.insert(1, extra + ",");
  }
};

TEST_F(Api, each_command_has_a_description_and_each_description_a_command) {
  ASSERT_TRUE(load(short_form_json));
  std::set<std::string> described;
  for (const auto& [name, description] : descriptions()) described.insert(name);
  EXPECT_EQ(described, commands());
}

TEST_F(Api, each_command_stands_in_the_reference_and_in_the_threat_model) {
  ASSERT_TRUE(load(short_form_json));
  for (const char* page : {"commands.md", "threat-model.md"}) {
    std::ifstream file(std::string(KEA_CONFIGS) + "/../docs/" + page);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    for (const std::string& name : commands())
      EXPECT_NE(text.find(name), std::string::npos) << page << ' ' << name;
  }
}

TEST_F(Api, descriptions_have_the_form_of_keas_own) {
  for (const auto& [name, description] : descriptions()) {
    EXPECT_EQ(description->get("name")->stringValue(), name);
    EXPECT_EQ(description->get("hook")->stringValue(), "chainload") << name;
    EXPECT_EQ(description->get("support")->get(0)->stringValue(), "kea-dhcp4") << name;
    EXPECT_EQ(description->get("avail")->stringValue(), CHAINLOAD_VERSION) << name;
    const std::string access = description->get("access")->stringValue();
    EXPECT_TRUE(access == "read" || access == "write") << name;
    std::string syntax;
    for (const char* key : {"brief", "cmd-syntax", "resp-syntax"}) {
      ASSERT_TRUE(description->get(key)) << name << ' ' << key;
      EXPECT_GT(description->get(key)->size(), 0u) << name << ' ' << key;
    }
    for (const auto& line : description->get("cmd-syntax")->listValue()) syntax += line->stringValue();
    EXPECT_NE(syntax.find("\"command\": \"" + name + "\""), std::string::npos) << name;
  }
}

TEST_F(Api, commands_that_write_are_refused_unless_management_allows_them) {
  ASSERT_TRUE(load(short_form_json));
  for (const auto& [name, description] : descriptions()) {
    const bool writes = description->get("access")->stringValue() == "write";
    const Answer answer = command(name, "{}");
    const bool refused = answer.text.find("\"management\" is \"read-only\"") != std::string::npos;
    EXPECT_EQ(refused, writes) << name << ": " << answer.text;
    if (refused) {
      EXPECT_EQ(answer.result, 1) << name;
    }
  }
}

TEST_F(Api, arguments_that_no_command_takes_are_named) {
  ASSERT_TRUE(load(with(R"("management": "full")")));
  for (const auto& [name, description] : descriptions()) {
    for (const std::string arguments : {R"({"bogus": 1})", "[]", R"("text")"}) {
      const Answer answer = command(name, arguments);
      EXPECT_EQ(answer.result, 1) << name << ' ' << arguments;
      EXPECT_NE(answer.text.find(arguments.front() == '{' ? "\"bogus\"" : "\"arguments\""), std::string::npos)
          << name << ' ' << arguments << ": " << answer.text;
    }
  }
}

TEST_F(Api, status_shows_the_management_that_was_asked_for) {
  for (const std::string level : {"read-only", "overrides", "full"}) {
    ASSERT_TRUE(load(with(R"("management": ")" + level + "\"")));
    EXPECT_EQ(command("chainload-status", "").arguments->get("management")->stringValue(), level);
  }
}

TEST_F(Api, wrong_parameters_for_commands_stop_the_first_start) {
  for (const std::string extra :
       {R"("management": "all")", R"("management": true)", R"("allowed-servers": "192.0.2.10")",
        R"("allowed-servers": ["192.0.2.10/33"])", R"("allowed-servers": ["192.0.2.10/24"])",
        R"("allowed-servers": ["http://boot"])", R"("allowed-servers": [5])"}) {
    EXPECT_FALSE(load(with(extra))) << extra;
  }
  EXPECT_TRUE(load(with(R"("allowed-servers": ["192.0.2.10", "198.18.0.0/15", "boot.example.org"])")));
}

}  // namespace
}  // namespace chainload::tests

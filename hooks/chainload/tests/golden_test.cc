// SPDX-License-Identifier: MPL-2.0
// Every command's answer in full, against golden/answers.txt. What differs from run to run (times, the state
// directory, the version) is replaced. After a wanted change: CHAINLOAD_WRITE_GOLDEN=1 writes the file anew;
// read the difference before it is kept.
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>

#include "kea/commands/forms.h"
#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

/// One line of the file that asks, and what was answered.
struct Dialog {
  std::string asked;  // `> command arguments`, or `! packet`
  std::string answered;
};

std::vector<Dialog> read_dialogs(const std::string& path) {
  std::ifstream file(path);
  std::vector<Dialog> dialogs;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("> ") || line.starts_with("! ")) {
      dialogs.push_back({line, ""});
    } else if (!line.starts_with("#") && !line.empty() && !dialogs.empty()) {
      dialogs.back().answered += line + "\n";
    }
  }
  return dialogs;
}

class Golden : public LoadedLibrary {
 protected:
  std::string without_chance(std::string text) const {
    for (std::size_t at = 0; (at = text.find(directory(), at)) != std::string::npos;) {
      text.replace(at, directory().size(), "DIRECTORY");
    }
    text = std::regex_replace(text, std::regex("version: \"" CHAINLOAD_VERSION "\""), "version: VERSION");
    text = std::regex_replace(text, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"), "TIME");
    return std::regex_replace(text, std::regex(R"("expires-in": 3[56]\d\d)"), "\"expires-in\": SECONDS");
  }

  std::string answer_to(const std::string& asked) {
    if (asked == "! gpxe-discover" || asked == "! rom-discover") {
      const auto query =
          query_of((asked == "! rom-discover" ? old_rom_discover() : gpxe_discover()).payload());
      send(query, reply_to(query, 2));
      return "";
    }
    const std::size_t space = asked.find(' ', 2);
    const std::string name = asked.substr(2, space == std::string::npos ? space : space - 2);
    given_.insert(name);
    const Answer answer = command(name, space == std::string::npos ? "" : asked.substr(space + 1));
    std::string text = std::to_string(answer.result) + " " + answer.text + "\n";
    if (answer.arguments) {
      for (const auto& [key, value] : answer.arguments->mapValue())
        text += "  " + key + ": " + value->str() + "\n";
    }
    return without_chance(text);
  }

  std::set<std::string> given_;
};

TEST_F(Golden, every_command_answers_as_it_is_written) {
  const std::string path = GOLDEN_ANSWERS;
  std::string parameters = short_form_json;
  ASSERT_TRUE(load(parameters.insert(1, R"("management": "full", "user-classes": ["gPXE"], )")));
  ASSERT_EQ("", configured(R"({ "subnet4": [ { "id": 7, "subnet": "192.0.2.0/24" } ] })").error);
  const std::vector<Dialog> dialogs = read_dialogs(path);
  ASSERT_GT(dialogs.size(), 30u);
  const bool writes = std::getenv("CHAINLOAD_WRITE_GOLDEN") != nullptr;
  std::string written =
      "# SPDX-License-Identifier: MPL-2.0\n# See golden_test.cc. `>` gives a command, `!` sends a packet.\n";
  for (const Dialog& dialog : dialogs) {
    const std::string answered = answer_to(dialog.asked);
    written += "\n" + dialog.asked + "\n" + answered;
    if (!writes) {
      EXPECT_EQ(dialog.answered, answered) << dialog.asked;
    }
  }
  for (const kea::Form& form : kea::command_forms::forms) {
    EXPECT_TRUE(given_.contains(form.name)) << form.name << " is not in the file";
  }
  if (writes) {
    std::ofstream(path) << written;
    FAIL() << "written anew: " << path;
  }
}

}  // namespace
}  // namespace chainload::tests

// SPDX-License-Identifier: MPL-2.0
// Loading: refusals at the start of the server, and none once it serves.
#include <process/daemon.h>
#include <stats/stats_mgr.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using Loading = LoadedLibrary;

const std::string wrong_json =
    R"({ "next-server": "nowhere", "script": "http://192.0.2.10/x", "state-directory": "@STATE@" })";

std::string file_for_gpxe(const Answer& explained) {
  const auto reply = explained.arguments->get("reply");
  return reply ? reply->get("file")->stringValue() : std::string("left alone");
}

const std::string gpxe_facts = R"({ "facts": { "user-class": "gPXE" } })";

/// The server's full parser knows `//`, the plain one of its libraries does not.
std::string without_comment_lines(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string text;
  for (std::string line; std::getline(file, line);) {
    if (line.find_first_not_of(' ') == line.find("//")) line.clear();
    text += line + '\n';
  }
  return text;
}

TEST_F(Loading, good_parameters_load_and_write_nothing_until_the_server_is_configured) {
  ASSERT_TRUE(load(short_form_json));
  EXPECT_FALSE(std::filesystem::exists(state_directory()));
  EXPECT_FALSE(configured().dropped);
  EXPECT_TRUE(std::filesystem::exists(state_directory() + "/last-good-parameters.json"));
}

TEST_F(Loading, bad_parameters_are_refused_at_the_start) {
  for (const char* parameters : {
           "",
           "{}",
           R"({ "next-server": "192.0.2.10" })",
           R"({ "next-server": 1, "script": "x" })",
           R"({ "next-server": "192.0.2.10", "script": [ "x" ] })",
           R"({ "next-server": "192.0.2.10", "script": null })",
           R"({ "next-server": "192.0.2.10", "script": "x", "scripts": "x" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "user-classes": "gPXE" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "user-classes": [ 1 ] })",
           R"({ "next-server": "192.0.2.10", "script": "x", "firmware": [] })",
           R"({ "next-server": "192.0.2.10", "script": "x", "firmware": { "x86-bios": 0 } })",
           R"({ "next-server": "192.0.2.10", "script": "x", "default-enabled": "yes" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "log-decisions": "some" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "log-decisions": true })",
           R"({ "next-server": "192.0.2.10", "script": "x", "state-directory": "" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "state-directory": "relative" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "state-directory": "/a/../b" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "state-directory": "/a/" })",
           R"({ "next-server": "192.0.2.10", "script": "x", "state-directory": "/" })",
       }) {
    EXPECT_FALSE(load(parameters)) << parameters;
  }
  EXPECT_TRUE(load(short_form_json));
}

TEST_F(Loading, every_key_is_taken) {
  ASSERT_TRUE(load(R"({ "next-server": "192.0.2.10", "script": "x", "user-classes": [ "gPXE" ],
                        "firmware": { "x64-uefi": "a.efi" }, "default-enabled": true, "log-decisions": "all",
                        "state-directory": "@STATE@" })"));
  const Answer status = command("chainload-status", "");
  EXPECT_EQ(status.result, 0);
  EXPECT_EQ(status.arguments->get("log-decisions")->stringValue(), "all");
  EXPECT_EQ(status.arguments->get("policy")->get("firmware")->get("x64-uefi")->stringValue(), "a.efi");
}

// The server's own check of a configuration does not call load(): the parameters are tried here.
TEST_F(Loading, parameters_of_the_shipped_configurations_are_good) {
  std::size_t tried = 0;
  for (const auto& entry : std::filesystem::directory_iterator(KEA_CONFIGS)) {
    if (entry.path().extension() != ".json") continue;
    const auto document = isc::data::Element::fromJSON(without_comment_lines(entry.path()));
    for (const auto& library : document->get("Dhcp4")->get("hooks-libraries")->listValue()) {
      if (library->get("library")->stringValue() != "@HOOK@") continue;
      std::string parameters = library->get("parameters")->str();
      const std::string word = "@STATE_DIRECTORY@";
      if (const auto at = parameters.find(word); at != std::string::npos) {
        parameters.replace(at, word.size(), "@STATE@");
      }
      EXPECT_TRUE(load(parameters)) << entry.path();
      ++tried;
    }
  }
  EXPECT_GT(tried, 0u);
}

TEST_F(Loading, only_kea_dhcp4_may_load_it) {
  for (const char* process : {"kea-dhcp6", "kea-ctrl-agent", "kea-dhcp-ddns", ""}) {
    isc::process::Daemon::setProcName(process);
    EXPECT_FALSE(load(short_form_json)) << process;
  }
}

TEST_F(Loading, reload_with_bad_parameters_goes_on_with_the_last_good_ones_and_says_so) {
  ASSERT_TRUE(load(short_form_json));
  EXPECT_FALSE(configured().dropped);

  ASSERT_TRUE(load(wrong_json));
  const Configured after = configured();
  EXPECT_TRUE(after.dropped);
  EXPECT_NE(after.error.find("\"next-server\""), std::string::npos) << after.error;
  EXPECT_NE(after.error.find("\"nowhere\""), std::string::npos) << after.error;
  EXPECT_NE(after.error.find("last worked"), std::string::npos) << after.error;
  EXPECT_EQ(file_for_gpxe(command("chainload-explain", gpxe_facts)), "http://192.0.2.10/boot.php?mac=${mac}");
  const Answer status = command("chainload-status", "");
  EXPECT_EQ(status.arguments->get("policy-source")->stringValue(), "last-good");
  EXPECT_NE(status.arguments->get("load-error")->stringValue().find("nowhere"), std::string::npos);

  // The bad ones did not become the last good ones, and good ones end the matter.
  ASSERT_TRUE(load(wrong_json));
  EXPECT_EQ(file_for_gpxe(command("chainload-explain", gpxe_facts)), "http://192.0.2.10/boot.php?mac=${mac}");
  ASSERT_TRUE(load(short_form_json));
  EXPECT_FALSE(configured().dropped);
  EXPECT_EQ(command("chainload-status", "").arguments->get("policy-source")->stringValue(), "configured");
}

TEST_F(Loading, reload_without_anything_saved_touches_no_reply) {
  ASSERT_TRUE(load(short_form_json));  // never configured, so nothing is saved
  ASSERT_TRUE(load(wrong_json));
  EXPECT_TRUE(configured().dropped);
  EXPECT_EQ(command("chainload-status", "").arguments->get("policy-source")->stringValue(), "none");
  EXPECT_EQ(command("chainload-explain", gpxe_facts).arguments->get("reply"), nullptr);
  const auto query = query_of(gpxe_discover().payload());
  const auto reply = reply_to(query, 2);
  const auto untouched = reply_to(query, 2);
  send(query, reply);
  EXPECT_EQ(packed(reply), packed(untouched));
}

TEST_F(Loading, first_load_into_a_server_that_serves_already_is_never_refused) {
  pretend_server_has_served();
  ASSERT_TRUE(load(wrong_json));
  EXPECT_TRUE(configured().dropped);
}

TEST_F(Loading, removing_all_statistics_does_not_make_a_reload_a_first_load) {
  ASSERT_TRUE(load(short_form_json));
  isc::stats::StatsMgr::instance().removeAll();
  EXPECT_TRUE(load(wrong_json));
}

TEST_F(Loading, refused_load_is_no_load_for_the_next_one) {
  EXPECT_FALSE(load(wrong_json));
  EXPECT_FALSE(load(wrong_json));
}

TEST_F(Loading, saved_file_and_directory_are_not_for_everyone) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(load(short_form_json));
  configured();
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat((state_directory() + "/last-good-parameters.json").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  ASSERT_EQ(::stat(state_directory().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0750u);
  EXPECT_FALSE(std::filesystem::exists(state_directory() + "/last-good-parameters.json.new"));
}

TEST_F(Loading, damaged_saved_parameters_are_never_used) {
  ASSERT_TRUE(load(short_form_json));
  configured();
  const std::string path = state_directory() + "/last-good-parameters.json";
  std::ifstream file(path);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  // Cut anywhere but behind the closing brace, where only the line's end is missing.
  for (std::size_t len = 0; len + 1 < whole.size(); len += 7) {
    std::ofstream(path, std::ios::trunc) << whole.substr(0, len);
    ASSERT_TRUE(load(wrong_json)) << len;
    EXPECT_EQ(command("chainload-status", "").arguments->get("policy-source")->stringValue(), "none") << len;
  }
  for (const char* text : {R"({"format": 3, "parameters": {}})", R"({"format": 0, "parameters": {}})", R"({"format": 2, "parameters": {}})", R"({"format": 1})", "[]", "null",
                           R"({"format": 1, "parameters": {"next-server": "x"}})"}) {
    std::ofstream(path, std::ios::trunc) << text;
    ASSERT_TRUE(load(wrong_json)) << text;
    EXPECT_EQ(command("chainload-status", "").arguments->get("policy-source")->stringValue(), "none") << text;
  }
  std::ofstream(path, std::ios::trunc) << whole;
  ASSERT_TRUE(load(wrong_json));
  EXPECT_EQ(command("chainload-status", "").arguments->get("policy-source")->stringValue(), "last-good");
}

TEST_F(Loading, state_that_cannot_be_saved_is_reported_and_does_no_harm) {
  std::ofstream(state_directory()) << "a file where the directory should be";
  ASSERT_TRUE(load(short_form_json));
  EXPECT_FALSE(configured().dropped);
  const Answer status = command("chainload-status", "");
  EXPECT_NE(status.arguments->get("state-error"), nullptr);
  EXPECT_EQ(file_for_gpxe(command("chainload-explain", gpxe_facts)), "http://192.0.2.10/boot.php?mac=${mac}");
}

TEST_F(Loading, switched_off_it_touches_nothing) {
  std::string parameters = short_form_json;
  parameters.insert(1, R"("default-enabled": false,)");
  ASSERT_TRUE(load(parameters));
  const auto query = query_of(gpxe_discover().payload());
  const auto reply = reply_to(query, 2);
  const auto untouched = reply_to(query, 2);
  send(query, reply);
  EXPECT_EQ(packed(reply), packed(untouched));
}

}  // namespace
}  // namespace chainload::tests

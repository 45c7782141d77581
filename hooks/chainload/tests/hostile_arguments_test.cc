// SPDX-License-Identifier: MPL-2.0
// Every argument of every command, given as no caller should: the answer names it, and nothing has changed.
// From the very table that the library checks commands by.
#include "kea/commands/forms.h"
#include "loaded_library.h"
#include "sample_packets.h"

namespace chainload::tests {
namespace {

using kea::Access;
using kea::Argument;
using kea::Form;
using Kind = kea::Argument::Kind;

struct Bad {
  const char* what;
  std::string json;
};

/// Wrong for every argument there is, whatever it is for. Deeper than the library allows, and not so deep
/// that the parser of Kea 2.6, which stops at 100 levels, never lets it get there.
std::vector<Bad> wrong_everywhere() {
  constexpr int levels = 90;
  std::string deep = "1";
  for (int i = 0; i < levels; ++i) deep = "[" + deep + "]";
  std::string deep_map = "1";
  for (int i = 0; i < levels; ++i) deep_map = R"({"not": )" + deep_map + "}";
  return {{"null", "null"},
          {"float", "1.5"},
          {"negative", "-1"},
          {"depth bomb", deep},
          {"depth bomb of maps", deep_map}};
}

/// Of another type than the argument is of.
std::vector<Bad> wrong_type(Kind kind) {
  std::vector<Bad> bad;
  if (kind != Kind::string) bad.push_back({"text", R"("text")"});
  if (kind != Kind::number) bad.push_back({"number", "5"});
  if (kind != Kind::boolean) bad.push_back({"boolean", "true"});
  if (kind != Kind::list) bad.push_back({"list", "[]"});
  if (kind != Kind::map) bad.push_back({"map", "{}"});
  return bad;
}

/// Of the right type, and still of no use. They must change nothing; what else is said is up to the command.
std::vector<Bad> strange(Kind kind) {
  if (kind == Kind::number) {
    return {{"2^63 - 1", "9223372036854775807"}, {"-2^63", "-9223372036854775808"}};
  }
  if (kind == Kind::list)
    return {{"list of null", "[null]"}, {"list of lists", "[[]]"}, {"list of numbers", "[1]"}};
  if (kind == Kind::map)
    return {{"map of null", R"({"boot-file-name": null})"}, {"unknown key", R"({"bogus": 1})"}};
  if (kind == Kind::boolean) return {};
  return {{"empty text", R"("")"},           {"unicode", "\"\xc3\xa9\xe2\x80\xae\xf0\x9f\x98\x80\""},
          {"invalid UTF-8", "\"\xff\xc3\""}, {"control characters", R"("a\r\nb\u0000")"},
          {"path", R"("../../etc/passwd")"}, {"huge text", "\"" + std::string(1u << 20, 'x') + "\""}};
}

/// What each command needs beside the argument in question.
std::string needed_by(const Form& form, std::string_view but) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (name == but) return;
    text += ", \"" + std::string(name) + "\": " + std::string(value);
  };
  const bool is_explain = form.arguments.data() == kea::command_forms::explain_arguments;
  if (is_explain && but != "packet" && but != "facts" && but != "mac") add("packet", R"("00")");
  for (const Argument& argument : form.arguments) {
    if (argument.name == "rules" && argument.is_required)
      add("rules", R"([{"name": "evil", "boot": {"deny": true}}])");
    if (argument.name == "patch") add("patch", R"([{"op": "del", "name": "kept"}])");
    if (argument.name == "boot") add("boot", R"({"boot-file-name": "evil"})");
    if (argument.name == "mac" && form.access == Access::write && but != "uuid")
      add("mac", R"("52:54:00:77:00:01")");
    if (argument.name == "machine" && but != "all") add("machine", R"("52:54:00:77:00:01")");
  }
  return text;
}

class HostileArguments : public LoadedLibrary {
 protected:
  void start() {
    std::string parameters = short_form_json;
    ASSERT_TRUE(load(parameters.insert(1, R"("management": "full", )")));
    ASSERT_EQ(
        0, command("chainload-rules-set",
                   R"({"rules": [{"name": "kept", "match": {"arch": 9}, "boot": {"boot-file-name": "f"}}]})")
               .result);
    ASSERT_EQ(0, command("chainload-override-set",
                         R"({"mac": "52:54:00:77:00:02", "boot": {"boot-file-name": "kept"}, "uses": 2})")
                     .result);
    const auto query = query_of(gpxe_discover().payload());
    send(query, reply_to(query, 2));
  }
  /// Everything that a command could have changed.
  static std::string state() {
    const auto status = command("chainload-status", "").arguments;
    std::string text = status->get("managed")->str() + status->get("overrides")->str();
    text += command("chainload-rules-get-page", "").arguments->str();
    const auto overrides = command("chainload-override-get-page", "").arguments->get("overrides");
    for (const auto& each : overrides->listValue())
      text += each->get("boot")->str() + each->get("state")->stringValue();
    return text + command("chainload-machine-get-page", "").arguments->str();
  }
  static Answer give(const Form& form, std::string_view name, const std::string& value) {
    return command(form.name, "{\"" + std::string(name) + "\": " + value + needed_by(form, name) + "}");
  }
  template <class Visit>
  static void each_argument(Visit&& visit) {
    for (const Form& form : kea::command_forms::forms) {
      for (const Argument& argument : form.arguments) visit(form, argument);
    }
  }
};

TEST_F(HostileArguments, REST_wrong_types_are_named_and_change_nothing) {
  start();
  const std::string before = state();
  each_argument([&](const Form& form, const Argument& argument) {
    std::vector<Bad> all = wrong_everywhere();
    if (argument.kind != Kind::any) {
      const auto types = wrong_type(argument.kind);
      all.insert(all.end(), types.begin(), types.end());
    }
    for (const Bad& bad : all) {
      const Answer answer = give(form, argument.name, bad.json);
      const std::string where = std::string(form.name) + " " + std::string(argument.name) + " " + bad.what;
      EXPECT_EQ(1, answer.result) << where << ": " << answer.text;
      EXPECT_NE(std::string::npos, answer.text.find(argument.name)) << where << ": " << answer.text;
      EXPECT_LT(answer.text.size(), 4000u) << where;
    }
    EXPECT_EQ(before, state()) << form.name << ' ' << argument.name;
  });
}

TEST_F(HostileArguments, REST_strange_values_change_nothing_and_are_not_told_back_at_length) {
  start();
  const std::string before = state();
  each_argument([&](const Form& form, const Argument& argument) {
    if (argument.name == "reason") return;  // any text will do, up to its length
    for (const Kind kind : {Kind::string, Kind::number, Kind::list, Kind::map}) {
      if (argument.kind != Kind::any && argument.kind != kind) continue;
      for (const Bad& bad : strange(kind)) {
        const Answer answer = give(form, argument.name, bad.json);
        const std::string where = std::string(form.name) + " " + std::string(argument.name) + " " + bad.what;
        if (form.access == Access::write) {
          EXPECT_NE(0, answer.result) << where << ": " << answer.text;
        }
        EXPECT_LT(answer.text.size(), 4000u) << where;
      }
    }
    EXPECT_EQ(before, state()) << form.name << ' ' << argument.name;
  });
}

TEST_F(HostileArguments, REST_reasons_are_text_of_at_most_255_octets) {
  start();
  const std::string before = state();
  each_argument([&](const Form& form, const Argument& argument) {
    if (argument.name != "reason") return;
    for (const std::string text : {std::string(256, 'x'), std::string("\xff")}) {
      const Answer answer = give(form, "reason", "\"" + text + "\"");
      EXPECT_EQ(1, answer.result) << form.name << answer.text;
      EXPECT_NE(std::string::npos, answer.text.find("reason")) << form.name << ": " << answer.text;
    }
  });
  EXPECT_EQ(before, state());
}

TEST_F(HostileArguments, REST_missing_and_surplus_arguments_are_named_and_change_nothing) {
  start();
  const std::string before = state();
  for (const Form& form : kea::command_forms::forms) {
    const Answer surplus = command(form.name, R"({"bogus": 1)" + needed_by(form, "") + "}");
    EXPECT_EQ(1, surplus.result) << form.name;
    EXPECT_NE(std::string::npos, surplus.text.find("\"bogus\"")) << surplus.text;
    for (const Argument& argument : form.arguments) {
      if (!argument.is_required) continue;
      const std::string rest = needed_by(form, argument.name);
      const Answer missing = command(form.name, "{" + (rest.empty() ? "" : rest.substr(2)) + "}");
      EXPECT_EQ(1, missing.result) << form.name;
      EXPECT_NE(std::string::npos, missing.text.find(argument.name)) << form.name << ": " << missing.text;
    }
    const Answer bare = command(form.name, "");
    EXPECT_TRUE(form.is_bare_allowed || bare.result == 1) << form.name << ": " << bare.text;
    for (const char* arguments : {"[]", "5", "null", "\"text\""}) {
      const Answer answer = command(form.name, arguments);
      EXPECT_EQ(1, answer.result) << form.name << ' ' << arguments << ": " << answer.text;
    }
  }
  EXPECT_NE("", before);
}

/// Kea 2.2 cannot read them; later ones can, and then the library refuses the argument.
TEST_F(HostileArguments, REST_numbers_beyond_64_bits_are_refused) {
  start();
  for (const std::string number :
       {"9223372036854775808", "-9223372036854775809", "99999999999999999999999"}) {
    try {
      const Answer answer = command("chainload-rules-get-page", R"({"limit": )" + number + "}");
      EXPECT_EQ(1, answer.result) << number;
      EXPECT_NE(std::string::npos, answer.text.find("limit")) << number << ": " << answer.text;
    } catch (const isc::data::JSONError& error) {
      EXPECT_NE(std::string::npos, std::string(error.what()).find("overflow"))
          << number << ": " << error.what();
    }
  }
}

}  // namespace
}  // namespace chainload::tests

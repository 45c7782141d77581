// SPDX-License-Identifier: MPL-2.0
// chainloadctl explain: what a client is answered, and why, by a server or by a file alone.
#include <chrono>
#include <iostream>

#include "core/explain/asked_client.h"
#include "core/explain/explanation.h"
#include "core/explain/known.h"
#include "ctl/command_line.h"
#include "ctl/config_text.h"
#include "ctl/offline.h"

namespace chainload::ctl {
namespace {

using core::Value;

struct ExplainOptions {
  std::string file;
  std::string packet;
  std::string of_machine;
  std::vector<std::pair<std::string, std::string>> single;  // facts of one value, by their key
  std::vector<std::pair<std::string, std::vector<std::string>>> many;
  std::int64_t subnet = 0;
  bool all_rules = false;
};

constexpr std::array<std::pair<const char*, const char*>, 12> single_facts = {{
    {"mac", "hardware address"},
    {"vendor-class", "option 60, such as PXEClient:Arch:00000:UNDI:002001"},
    {"uuid", "option 97"},
    {"message-type", "DISCOVER (default), REQUEST, INFORM or BOOTP"},
    {"loader-version", "sub-option 235 of option 175, such as 1.0.1"},
    {"relay", "address of the relay"},
    {"circuit-id", "option 82; text, or octets behind 0x"},
    {"remote-id", "option 82; text, or octets behind 0x"},
    {"client-id", "option 61; text, or octets behind 0x"},
    {"ip", "the address the client gets"},
    {"hostname", "the host name the server has for it"},
    {"shared-network", "its shared network"},
}};
constexpr std::array<std::pair<const char*, const char*>, 4> many_facts = {{
    {"user-class", "option 77; given twice, a list as RFC 3004 has it"},
    {"arch", "option 93: names such as x86-bios, or numbers"},
    {"features", "option 175: names such as http"},
    {"classes", "client classes that Kea has put it in"},
}};

Value list_value(const std::vector<std::string>& texts) {
  Value::List list;
  for (const std::string& text : texts) list.push_back(text_value(text));
  return Value(std::move(list));
}

Value facts_of(const ExplainOptions& options) {
  Value::Map facts;
  for (const auto& [key, text] : options.single) {
    if (!text.empty()) facts.push_back({key, text_value(text)});
  }
  for (const auto& [key, texts] : options.many) {
    if (texts.empty()) continue;
    const bool is_raw = key == "user-class" && texts.size() == 1;
    facts.push_back({key, is_raw ? text_value(texts.front()) : list_value(texts)});
  }
  if (options.subnet != 0) facts.push_back({"subnet", number_value(options.subnet)});
  return Value(std::move(facts));
}

/// The arguments of chainload-explain, for a server and offline alike.
Value::Map arguments_of(const ExplainOptions& options) {
  Value facts = facts_of(options);
  Value::Map arguments;
  if (!options.of_machine.empty()) arguments.push_back({"mac", text_value(options.of_machine)});
  if (!options.packet.empty()) arguments.push_back({"packet", text_value(options.packet)});
  if (!arguments.empty()) {
    // Beside a packet only what the server would know may be said.
    for (const Value::Member& member : *facts.map()) arguments.push_back(member);
  } else {
    arguments.push_back({"facts", std::move(facts)});
  }
  return arguments;
}

Value explained_offline(const ExplainOptions& options) {
  const Offline offline = read_offline(read_config_file(options.file), options.file);
  if (!offline.is_usable()) {
    const Remark& first = offline.remarks.front();
    throw Failure(ExitStatus::refused, first.place + ": " + first.path + ": " + first.sentence);
  }
  if (!options.of_machine.empty()) {
    throw Failure(ExitStatus::usage,
                  "--of-machine asks a server what it remembers: leave --file out, or give --mac");
  }
  const Value arguments(arguments_of(options));
  const Value* const facts_given = arguments.find("facts");
  try {
    const auto payload = facts_given == nullptr ? core::read_packet_hex(*arguments.find("packet"))
                                                : core::compose_query(core::read_given_facts(*facts_given));
    const core::Facts facts = core::read_facts(payload);
    const core::SaidOfClient said = core::read_known(
        facts_given == nullptr ? "" : "facts", facts_given == nullptr ? arguments : *facts_given,
        {*offline.scopes, offline.policy.reach, offline.looks_up_hosts}, facts);
    std::vector<std::string_view> classes(said.known.classes.begin(), said.known.classes.end());
    core::Surroundings around;
    around.client_classes = classes;
    around.your_address = said.known.address;
    core::Place place = offline.scopes->networks().place_of(said.known.address);
    if (said.known.subnet != nullptr && said.known.subnet != place.subnet)
      place = {said.known.subnet, nullptr};
    core::ClientScopes found;
    offline.scopes->find_in(place, facts, said.known.address, found, around);
    if (found.reservation != nullptr) around.hostname = found.reservation->hostname;
    if (!said.known.hostname.empty()) around.hostname = said.known.hostname;
    around.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return core::explanation(facts, around, offline.policy, said.assumed);
  } catch (const core::BadArgument& error) {
    throw Failure(ExitStatus::usage, error.what());
  }
}

void print_reply(const Value& reply) {
  Table table({"FIELD", "VALUE"});
  for (const char* field : {"siaddr", "sname", "file"}) {
    if (reply.find(field) != nullptr) table.add({field, text_in(reply, field)});
  }
  for (const Value& option : list_in(reply, "options")) {
    const std::string action = text_in(option, "action");
    if (action == "keep") continue;
    table.add({"option " + text_in(option, "code"),
               action == "remove" ? Cell("(removed)", Colour::dim) : Cell(text_in(option, "text"))});
  }
  if (!table.empty()) std::cout << "\n" << table.text();
}

void print(const Value& answer, const ExplainOptions& options) {
  std::cout << coloured(text_in(answer, "text"), Colour::strong) << "\n";
  for (const Value& sentence : list_in(answer, "assumed"))
    std::cout << "assumed: " << *sentence.string() << "\n";
  Table tried({"", "RULE", "WHY"});
  for (const Value& rule : list_in(answer, "tried")) {
    const bool matched = is_true(rule, "matched");
    if (!matched && !options.all_rules && list_in(answer, "tried").size() > 20) continue;
    tried.add({matched ? Cell("->", Colour::good) : Cell(""), text_in(rule, "rule"), text_in(rule, "why")});
  }
  if (!tried.empty()) std::cout << "\n" << tried.text();
  print_reply(map_in(answer, "reply"));
}

void explain(const ExplainOptions& options, Context& context) {
  const Value answer = options.file.empty() ? context.server().get("chainload-explain", arguments_of(options))
                                            : explained_offline(options);
  if (context.json) {
    std::cout << laid_out_json(answer);
  } else {
    print(answer, options);
  }
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
  auto* const command =
      app.add_subcommand("explain", "tell what a client is answered and why, by a server or by a file alone");
  const auto options = std::make_shared<ExplainOptions>();
  for (const auto& [key, help] : single_facts) options->single.emplace_back(key, "");
  for (const auto& [key, help] : many_facts) options->many.emplace_back(key, std::vector<std::string>());
  command->add_option("-f,--file", options->file, "ask this file (as check takes it) and no server");
  command->add_option("--packet", options->packet, "a query: the UDP payload in hex");
  command->add_option("--of-machine", options->of_machine,
                      "the last packet of the machine with this hardware address");
  for (std::size_t i = 0; i < single_facts.size(); ++i)
    command->add_option("--" + std::string(single_facts[i].first), options->single[i].second,
                        single_facts[i].second);
  for (std::size_t i = 0; i < many_facts.size(); ++i) {
    command
        ->add_option("--" + std::string(many_facts[i].first), options->many[i].second, many_facts[i].second)
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  command->add_option("--subnet", options->subnet, "id of its subnet")->check(CLI::Range(1, 0x7ffffffe));
  command->add_flag("--all", options->all_rules, "show every rule tried, also where there are many");
  command->callback([options, &context] { explain(*options, context); });
}

}  // namespace chainload::ctl

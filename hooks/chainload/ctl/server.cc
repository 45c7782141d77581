// SPDX-License-Identifier: MPL-2.0
// Commands and answers in Kea's form, with and without the Control Agent around them.
#include "server.h"

#include <optional>

#include "core/facts/text.h"
#include "store/json_text.h"

namespace chainload::ctl {
namespace {

using core::Value;

/// The Control Agent and Kea's HTTP socket answer with a list: one answer for each service that was asked.
const Value* answer_in(const Value& whole) {
  if (const Value::List* const list = whole.list()) return list->size() == 1 ? &list->front() : nullptr;
  return &whole;
}

}  // namespace

Server::Server(const std::string& address, const ConnectionOptions& options)
    : address_(parse_server_address(address)), options_(options) {
  add_credentials(address_, options);
}

Answer Server::ask(const std::string& command, Value::Map arguments) const {
  Value::Map request;
  request.push_back({"command", text_value(command)});
  if (address_.kind != ServerAddress::Kind::unix_socket) {
    request.push_back({"service", Value(Value::List{text_value("dhcp4")})});
  }
  if (!arguments.empty()) request.push_back({"arguments", Value(std::move(arguments))});
  const std::string text = exchange(address_, options_, store::canonical_json(Value(std::move(request))));
  store::JsonReading reading = store::read_json(text);
  const Value* const found = reading.value ? answer_in(*reading.value) : nullptr;
  const Value* const result = found != nullptr ? found->find("result") : nullptr;
  if (result == nullptr || result->integer() == nullptr) {
    throw Failure(ExitStatus::unreachable,
                  name() + ": what answers is no Kea server: " +
                      (text.empty() ? std::string("it closed without an answer") : core::in_quotes(text)));
  }
  Answer answer;
  answer.result = *result->integer();
  answer.text = text_in(*found, "text");
  if (const Value* const given = found->find("arguments")) answer.arguments = *given;
  return answer;
}

Value Server::get(const std::string& command, Value::Map arguments) const {
  Answer answer = ask(command, std::move(arguments));
  if (answer.result != 0) throw failure_of(*this, answer);
  return std::move(answer.arguments);
}

Value::List pages_of(const Server& server, const std::string& command, std::string_view key) {
  Value::List all;
  std::optional<Value> from;
  do {
    Value::Map arguments;
    arguments.push_back({"limit", number_value(page_size)});
    if (from) arguments.push_back({"from", *from});
    const Answer page = server.ask(command, std::move(arguments));
    if (page.result != 0 && page.result != result_empty) throw failure_of(server, page);
    for (const Value& each : list_in(page.arguments, key)) all.push_back(each);
    const Value* const next = page.arguments.find("next");
    from = next != nullptr ? std::optional(*next) : std::nullopt;
  } while (from);
  return all;
}

Failure failure_of(const Server& server, const Answer& answer) {
  std::string text = server.name() + ": " + core::printable(answer.text);
  ExitStatus status = ExitStatus::refused;
  if (answer.result == result_unsupported) {
    text += ": libdhcp_chainload.so is not among the server's hooks-libraries, or is older than this command";
  } else if (answer.result == result_empty) {
    status = ExitStatus::nothing;
  } else if (answer.result == result_conflict) {
    status = ExitStatus::conflict;
  }
  return {status, text};
}

std::string text_in(const Value& map, std::string_view key) {
  const Value* const value = map.find(key);
  if (value == nullptr) return {};
  if (const auto* text = value->string()) return *text;
  if (const auto* number = value->integer()) return std::to_string(*number);
  if (const auto* claim = value->boolean()) return *claim ? "yes" : "no";
  return {};
}

std::int64_t number_in(const Value& map, std::string_view key) {
  const Value* const value = map.find(key);
  return value != nullptr && value->integer() != nullptr ? *value->integer() : 0;
}

bool is_true(const Value& map, std::string_view key) {
  const Value* const value = map.find(key);
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

const Value::List& list_in(const Value& map, std::string_view key) {
  static const Value::List none;
  const Value* const value = map.find(key);
  return value != nullptr && value->list() != nullptr ? *value->list() : none;
}

const Value& map_in(const Value& map, std::string_view key) {
  static const Value none{Value::Map{}};
  const Value* const value = map.find(key);
  return value != nullptr && value->map() != nullptr ? *value : none;
}

Value text_value(std::string_view text) {
  return Value(std::string(text));
}

Value number_value(std::int64_t number) {
  return Value(number);
}

}  // namespace chainload::ctl

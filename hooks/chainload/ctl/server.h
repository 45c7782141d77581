// SPDX-License-Identifier: MPL-2.0
// A Kea server with the hook library, as its commands show it.
#pragma once

#include "channel.h"
#include "core/rules/value.h"
#include "failure.h"

namespace chainload::ctl {

// Kea's results of a command, besides 0 for success and 1 for an error.
constexpr std::int64_t result_unsupported = 2;
constexpr std::int64_t result_empty = 3;
constexpr std::int64_t result_conflict = 4;

// Of a list that is asked for in pages.
constexpr std::int64_t page_size = 1000;

struct Answer {
  std::int64_t result = 0;
  std::string text;
  core::Value arguments;
};

class Server {
 public:
  Server(const std::string& address, const ConnectionOptions& options);

  const std::string& name() const { return address_.text; }

  /// Whatever the result. Throws Failure only where no answer came, or one that is none of Kea's.
  Answer ask(const std::string& command, core::Value::Map arguments = {}) const;

  /// The arguments of an answer with result 0. Throws Failure with the server's own sentence otherwise.
  core::Value get(const std::string& command, core::Value::Map arguments = {}) const;

 private:
  ServerAddress address_;
  ConnectionOptions options_;
};

/// Everything that a paged command shows under `key`; empty where it has nothing. Throws Failure.
core::Value::List pages_of(const Server& server, const std::string& command, std::string_view key);

/// With the status that fits the result.
Failure failure_of(const Server& server, const Answer& answer);

/// Members of answers; zero, empty or none where there is no such member.
std::string text_in(const core::Value& map, std::string_view key);
std::int64_t number_in(const core::Value& map, std::string_view key);
bool is_true(const core::Value& map, std::string_view key);
const core::Value::List& list_in(const core::Value& map, std::string_view key);
const core::Value& map_in(const core::Value& map, std::string_view key);

/// For building arguments.
core::Value text_value(std::string_view text);
core::Value number_value(std::int64_t number);

}  // namespace chainload::ctl

// SPDX-License-Identifier: MPL-2.0
// How chainloadctl ends: a status that scripts can tell apart, and a sentence for people.
#pragma once

#include <stdexcept>
#include <string>

namespace chainload::ctl {

enum class ExitStatus : int {
  done = 0,
  refused = 1,      // a fault was found, or a server refused
  usage = 2,        // the command line, or a file that cannot be read
  nothing = 3,      // there is no such thing, or nothing to show
  conflict = 4,     // the rules are at another revision, or a name is taken
  unreachable = 5,  // no answer from a server, or one that makes no sense
  differing = 6     // several servers, or a file and a server, that do not agree
};

class Failure : public std::runtime_error {
 public:
  Failure(ExitStatus how, const std::string& sentence) : std::runtime_error(sentence), status(how) {}
  const ExitStatus status;
};

}  // namespace chainload::ctl

// SPDX-License-Identifier: MPL-2.0
// The making and copying of errors, once for the whole firmware.
#include "base/result.h"

namespace base {

Error::Error(ErrorCode code, std::string_view sentence) : code_(code), sentence_(sentence) {}

Error::Error(ErrorCode code, std::string_view pattern, std::span<const FormatArg> arguments) : code_(code) {
  sentence_.format(pattern, arguments);
}

Error::Error(const Error& other) : code_(other.code_), sentence_(other.sentence_) {}

Error& Error::operator=(const Error& other) {
  code_ = other.code_;
  sentence_ = other.sentence_;
  return *this;
}

}  // namespace base

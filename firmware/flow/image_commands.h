// SPDX-License-Identifier: MPL-2.0
// The commands about images; see the table in commands.cc.
#pragma once

#include "flow/session.h"

namespace flow {

inline Session& session_of(void* context) {
  return *static_cast<Session*>(context);
}
/// "Usage: boot [NAME]"
base::Error wrong_usage(Session& session, std::string_view command);

base::Status chain(void* context, script::Words words);
base::Status kernel(void* context, script::Words words);
base::Status initrd(void* context, script::Words words);
base::Status imgargs(void* context, script::Words words);
base::Status boot(void* context, script::Words words);
base::Status imgstat(void* context, script::Words words);
base::Status imgfree(void* context, script::Words words);

}  // namespace flow

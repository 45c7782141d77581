// SPDX-License-Identifier: MPL-2.0
// Whether what we are about to start is what we were started from: the boot loop that chainloading is known
// for.
#pragma once

#include "base/bytes.h"
#include "flow/session.h"

namespace flow {

/// True when `file` holds the stamp of this very build.
bool holds_stamp(base::Bytes file, base::Bytes stamp);
/// True when `uri` is the file and server that `packet`, which the network card's ROM was given, named.
bool is_named_by(base::Bytes packet, std::string_view uri);

/// Says so, and how to break the loop, when starting `image` would begin again where we began. Nothing else
/// happens.
void warn_of_loop(Session& session, const image::Image& image);

}  // namespace flow

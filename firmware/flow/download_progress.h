// SPDX-License-Identifier: MPL-2.0
// Where a download's bytes go, and what is told of it while it lasts: how much, how fast, how long still.
#pragma once

#include "flow/session.h"

namespace flow {

class DownloadProgress {
 public:
  DownloadProgress(Session& session, image::Image& image)
      : session_(session), image_(image), began_(session.loop().now()), told_(began_) {}

  proto::Sink sink();
  /// Takes off the console what was told.
  void end() { show({}); }

 private:
  static DownloadProgress& of(void* self) { return *static_cast<DownloadProgress*>(self); }
  void tell();
  void show(std::string_view text);

  Session& session_;
  image::Image& image_;
  std::uint64_t total_ = 0;  // 0: the server does not say
  base::Instant began_;
  base::Instant told_;
  std::size_t shown_ = 0;  // characters
};

}  // namespace flow

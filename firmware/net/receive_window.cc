// SPDX-License-Identifier: MPL-2.0
#include "net/receive_window.h"

namespace net {

void ReceiveWindow::delivered(std::uint32_t count) {
  credit_ += count;
  while (credit_ >= patience_) {
    credit_ -= patience_;
    if (segments_ < limit_) ++segments_;
  }
}

void ReceiveWindow::lost() {
  segments_ = segments_ / 2 < floor_ ? floor_ : segments_ / 2;
  patience_ = patience_ < first_patience ? first_patience : patience_ * 2;
  if (patience_ > max_patience) patience_ = max_patience;
  credit_ = 0;
}

}  // namespace net

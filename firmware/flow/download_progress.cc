// SPDX-License-Identifier: MPL-2.0
#include "flow/download_progress.h"

namespace flow {

namespace {

/// The clock is looked at once in so many bytes: on a PC that is slower than most of what we do.
constexpr unsigned look_shift = 15;

}  // namespace

proto::Sink DownloadProgress::sink() {
  return {this,
          [](void* self, std::uint64_t total) {
            DownloadProgress& to = of(self);
            to.total_ = total;
            return to.session_.images().expect(to.image_, total);
          },
          [](void* self, base::Bytes piece) {
            DownloadProgress& to = of(self);
            const std::size_t before = to.image_.size;
            base::Status status = to.session_.images().append(to.image_, piece);
            if ((before ^ to.image_.size) >> look_shift != 0) to.tell();
            return status;
          },
          [](void* self) { of(self).image_.size = 0; }};
}

/// " 4096 KiB, 2048 KiB/s, 5 s left of 16384 KiB", once a second.
void DownloadProgress::tell() {
  const base::Instant now = session_.loop().now();
  if (now - told_ < base::Duration::seconds(1)) return;
  told_ = now;
  const std::uint32_t done = static_cast<std::uint32_t>(image_.size >> 10);
  const std::uint32_t total = static_cast<std::uint32_t>(total_ >> 10);
  const auto seconds = static_cast<std::uint32_t>((now - began_).ms()) / 1000;
  const std::uint32_t rate = done / seconds;
  base::Text<80> text;
  text.print(total > done && rate != 0 ? " {} KiB, {} KiB/s, {} s left of {} KiB" : " {} KiB, {} KiB/s", done, rate,
             (total - done) / (rate + 1), total);
  show(text);
}

void DownloadProgress::show(std::string_view text) {
  base::Console& console = session_.console();
  const base::Console::Unlogged passing(console);
  const auto write = [&](char c, std::size_t times) {
    for (; times > 0; --times) console.write({&c, 1});
  };
  const std::size_t more = text.size() < shown_ ? shown_ - text.size() : 0;
  write('\b', shown_);
  console.write(text);
  write(' ', more);
  write('\b', more);
  shown_ = text.size();
}

}  // namespace flow

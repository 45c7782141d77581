// SPDX-License-Identifier: MPL-2.0
#include "platform/host/tap_platform.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace platform::host {
namespace {

std::int64_t clock_us() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

}  // namespace

base::Result<int> TapNic::open(const std::string& name) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name) {
    return base::Error(base::ErrorCode::invalid,
                       "\"{}\" is no name of a network device: give 1 to {} characters", name,
                       sizeof request.ifr_name - 1);
  }
  const int descriptor = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    return base::Error(base::ErrorCode::not_found,
                       "/dev/net/tun cannot be opened: {}; try it as root, with the module tun loaded",
                       std::strerror(errno));
  }
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (::ioctl(descriptor, TUNSETIFF, &request) < 0) {
    const int why = errno;
    ::close(descriptor);
    return base::Error(
        base::ErrorCode::refused,
        "the TAP device {} cannot be had: {}; try it as root, and see that nobody else uses it", name,
        std::strerror(why));
  }
  return descriptor;
}

TapNic::~TapNic() {
  ::close(descriptor_);
}

bool TapNic::transmit(base::Bytes frame) {
  // A device that is down or full loses the frame, as a cable would; only "again" means a full queue.
  return ::write(descriptor_, frame.data(), frame.size()) >= 0 || errno != EAGAIN;
}

std::span<const base::Bytes> TapNic::poll() {
  std::size_t count = 0;
  while (count < frames_per_poll) {
    const ssize_t size = ::read(descriptor_, buffers_[count].data(), buffers_[count].size());
    if (size <= 0) break;
    if (static_cast<std::size_t>(size) > max_frame) continue;
    frames_[count] = base::Bytes(buffers_[count]).first(static_cast<std::size_t>(size));
    ++count;
  }
  return std::span(frames_).first(count);
}

TapPlatform::TapPlatform(int descriptor, base::MacAddress mac, const Machine& machine)
    : HostPlatform(machine), nic_(descriptor, mac), started_us_(clock_us()) {
  const bool has_sink = console().add_sink({[](void*, std::string_view text) {
                                              while (!text.empty()) {
                                                const ssize_t written =
                                                    ::write(STDOUT_FILENO, text.data(), text.size());
                                                if (written <= 0) return;
                                                text.remove_prefix(static_cast<std::size_t>(written));
                                              }
                                            },
                                            nullptr});
  static_cast<void>(has_sink);  // the second of six
}

base::Instant TapPlatform::now() {
  return base::Instant::from_us(clock_us() - started_us_);
}

void TapPlatform::pause() {
  pollfd descriptor{nic_.descriptor(), POLLIN, 0};
  ::poll(&descriptor, 1, 1);
}

void TapPlatform::gather_entropy(base::EntropyPool& pool) {
  std::uint8_t sample[32];
  if (::getrandom(sample, sizeof sample, GRND_NONBLOCK) == sizeof sample) pool.mix(sample);
  pool.mix(static_cast<std::uint64_t>(clock_us()));
}

std::optional<Key> TapPlatform::read_key() {
  if (const auto pressed = HostPlatform::read_key()) return pressed;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (input_ended_ || ::poll(&input, 1, 0) <= 0) return std::nullopt;
  Key key;
  if (::read(STDIN_FILENO, &key, 1) == 1) return key;
  input_ended_ = true;
  return std::nullopt;
}

}  // namespace platform::host

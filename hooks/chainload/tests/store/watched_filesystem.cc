// SPDX-License-Identifier: MPL-2.0
// Counting, failing and passing on.
#include "watched_filesystem.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace chainload::tests {
namespace {

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string WatchedFilesystem::name_of(int fd) const {
  std::array<char, 4096> target{};
  const ssize_t len =
      ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target.data(), target.size());
  return len < 0 ? "?" : file_name(std::string(target.data(), static_cast<std::size_t>(len)));
}

bool WatchedFilesystem::fails(const std::string& call) {
  calls.push_back(call);
  ++seen_;
  const bool here = (fault_ == Fault::once && seen_ == at_) || (fault_ == Fault::from_there && seen_ >= at_);
  if (here) errno = error_;
  return here;
}

int WatchedFilesystem::open(const std::string& path, int flags, mode_t mode) {
  const bool only_reads = (flags & (O_CREAT | O_RDWR | O_WRONLY | O_DIRECTORY)) == 0;
  if (!only_reads && fails("open " + file_name(path))) return -1;
  if (!only_reads && is_killed_here()) ::kill(::getpid(), SIGKILL);
  return system_.open(path, flags, mode);
}

ssize_t WatchedFilesystem::read(int fd, void* to, std::size_t len) {
  return system_.read(fd, to, len);
}

ssize_t WatchedFilesystem::pwrite(int fd, const void* from, std::size_t len, off_t at) {
  if (fails("write " + name_of(fd))) {
    // As on a full disk: some of it is there already.
    const ssize_t half = system_.pwrite(fd, from, len / 2, at);
    errno = error_;
    return half < 0 ? half : -1;
  }
  if (is_killed_here()) {
    system_.pwrite(fd, from, len / 2, at);
    ::kill(::getpid(), SIGKILL);
  }
  return system_.pwrite(fd, from, len, at);
}

int WatchedFilesystem::close(int fd) {
  const bool failing = fails("close " + name_of(fd));
  const int result = system_.close(fd);
  if (is_killed_here()) ::kill(::getpid(), SIGKILL);
  if (!failing) return result;
  errno = error_;
  return -1;
}

#define WATCHED(call, words)                         \
  if (fails(words)) return -1;                       \
  if (is_killed_here()) ::kill(::getpid(), SIGKILL); \
  return system_.call

int WatchedFilesystem::ftruncate(int fd, off_t len) {
  WATCHED(ftruncate, "cut " + name_of(fd))(fd, len);
}
int WatchedFilesystem::fsync(int fd) {
  WATCHED(fsync, "fsync " + name_of(fd))(fd);
}
int WatchedFilesystem::fchmod(int fd, mode_t mode) {
  WATCHED(fchmod, "chmod " + name_of(fd))(fd, mode);
}
int WatchedFilesystem::fstat(int fd, struct stat& result) {
  return system_.fstat(fd, result);
}
int WatchedFilesystem::lock(int fd) {
  WATCHED(lock, "lock " + name_of(fd))(fd);
}
int WatchedFilesystem::rename(const std::string& from, const std::string& to) {
  WATCHED(rename, "rename " + file_name(from) + " " + file_name(to))(from, to);
}
int WatchedFilesystem::link(const std::string& from, const std::string& to) {
  WATCHED(link, "link " + file_name(from) + " " + file_name(to))(from, to);
}
int WatchedFilesystem::unlink(const std::string& path) {
  WATCHED(unlink, "unlink " + file_name(path))(path);
}
int WatchedFilesystem::mkdir(const std::string& path, mode_t mode) {
  WATCHED(mkdir, "mkdir " + file_name(path))(path, mode);
}

std::vector<std::string> WatchedFilesystem::list(const std::string& directory) {
  return system_.list(directory);
}

}  // namespace chainload::tests

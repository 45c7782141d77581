// SPDX-License-Identifier: MPL-2.0
// The kernel's calls, and the sentences for what they refuse.
#include "filesystem.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace chainload::store {
namespace {

constexpr mode_t file_mode = 0640;

class SystemFilesystem : public Filesystem {
 public:
  int open(const std::string& path, int flags, mode_t mode) override {
    return ::open(path.c_str(), flags, mode);
  }
  ssize_t read(int fd, void* to, std::size_t len) override { return ::read(fd, to, len); }
  ssize_t pwrite(int fd, const void* from, std::size_t len, off_t at) override {
    return ::pwrite(fd, from, len, at);
  }
  int ftruncate(int fd, off_t len) override { return ::ftruncate(fd, len); }
  int fsync(int fd) override { return ::fsync(fd); }
  int close(int fd) override { return ::close(fd); }
  int fchmod(int fd, mode_t mode) override { return ::fchmod(fd, mode); }
  int fstat(int fd, struct stat& result) override { return ::fstat(fd, &result); }
  int lock(int fd) override {
    // Bound to the open file and not to the process: a second library in the same server is refused too.
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(fd, F_OFD_SETLK, &whole);
  }
  int rename(const std::string& from, const std::string& to) override {
    return ::rename(from.c_str(), to.c_str());
  }
  int link(const std::string& from, const std::string& to) override {
    return ::link(from.c_str(), to.c_str());
  }
  int unlink(const std::string& path) override { return ::unlink(path.c_str()); }
  int mkdir(const std::string& path, mode_t mode) override { return ::mkdir(path.c_str(), mode); }
  std::vector<std::string> list(const std::string& directory) override {
    std::vector<std::string> names;
    DIR* const open_directory = ::opendir(directory.c_str());
    if (open_directory == nullptr) return names;
    while (const dirent* entry = ::readdir(open_directory)) names.emplace_back(entry->d_name);
    ::closedir(open_directory);
    std::sort(names.begin(), names.end());
    return names;
  }
};

}  // namespace

std::string_view remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return ": make room on its file system";
    case EROFS:
      return ": its file system is mounted read-only; mount it for writing or set state-directory";
    case EACCES:
    case EPERM:
      return ": let the server's user write there (chown), and AppArmor where it confines the server (a line in "
             "/etc/apparmor.d/abstractions/mysql.d/), or set state-directory";
    case EIO:
      return ": the disk is at fault; see the kernel's log";
    case ELOOP:
      return ": it is a symbolic link; put the file itself there";
    default:
      return "";
  }
}

Filesystem& system_filesystem() {
  static SystemFilesystem filesystem;
  return filesystem;
}

IoError::IoError(std::string_view operation, const std::string& path, int error)
    : std::runtime_error("cannot " + std::string(operation) + " " + path + ": " + std::strerror(error) +
                         std::string(remedy(error))),
      error_(error) {}

File::File(Filesystem& filesystem, std::string path, int flags, mode_t mode)
    : filesystem_(&filesystem), path_(std::move(path)), fd_(filesystem.open(path_, flags | O_CLOEXEC, mode)) {
  if (fd_ < 0) fail("open");
}

File::~File() {
  if (fd_ >= 0) filesystem_->close(fd_);
}

File& File::operator=(File&& other) noexcept {
  std::swap(filesystem_, other.filesystem_);
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

void File::fail(std::string_view operation) const {
  throw IoError(operation, path_, errno);
}

void File::write_at(std::size_t at, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = filesystem_->pwrite(fd_, octets.data(), octets.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    if (written == 0) throw IoError("write", path_, ENOSPC);
    octets.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::size_t>(written);
  }
}

void File::truncate(std::size_t len) {
  if (filesystem_->ftruncate(fd_, static_cast<off_t>(len)) != 0) fail("cut");
}

void File::set_mode(mode_t mode) {
  if (filesystem_->fchmod(fd_, mode) != 0) fail("set the mode of");
}

void File::sync() {
  if (filesystem_->fsync(fd_) != 0) fail("fsync");
}

void File::close() {
  if (filesystem_->close(std::exchange(fd_, -1)) != 0) fail("close");
}

struct stat File::status() {
  struct stat result {};
  if (filesystem_->fstat(fd_, result) != 0) fail("look at");
  return result;
}

std::string File::read_all(std::size_t longest) {
  const struct stat found = status();
  if (!S_ISREG(found.st_mode)) {
    throw IoError("read",
                  path_ + ", which is " + (S_ISDIR(found.st_mode) ? "a directory" : "no regular file"),
                  S_ISDIR(found.st_mode) ? EISDIR : EINVAL);
  }
  if (static_cast<std::size_t>(found.st_size) > longest) {
    throw IoError("read",
                  path_ + ", which has " + std::to_string(found.st_size) + " octets where at most " +
                      std::to_string(longest) + " are allowed",
                  EFBIG);
  }
  // It may grow while it is read: what comes after the size seen here is not looked at.
  std::string text(static_cast<std::size_t>(found.st_size), '\0');
  std::size_t len = 0;
  while (len < text.size()) {
    const ssize_t count = filesystem_->read(fd_, text.data() + len, text.size() - len);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read");
    if (count == 0) break;
    len += static_cast<std::size_t>(count);
  }
  text.resize(len);
  return text;
}

File create_file(Filesystem& filesystem, const std::string& path) {
  File file(filesystem, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, file_mode);
  file.set_mode(file_mode);
  return file;
}

std::string read_file(Filesystem& filesystem, const std::string& path, std::size_t longest) {
  return File(filesystem, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).read_all(longest);
}

void rename_file(Filesystem& filesystem, const std::string& from, const std::string& to) {
  if (filesystem.rename(from, to) != 0) throw IoError("rename " + from + " to", to, errno);
}

void link_file(Filesystem& filesystem, const std::string& from, const std::string& to) {
  if (filesystem.link(from, to) != 0) throw IoError("link " + from + " to", to, errno);
}

void remove_file(Filesystem& filesystem, const std::string& path) {
  if (filesystem.unlink(path) != 0 && errno != ENOENT) throw IoError("remove", path, errno);
}

void sync_directory(Filesystem& filesystem, const std::string& path) {
  File directory(filesystem, path, O_RDONLY | O_DIRECTORY);
  directory.sync();
  directory.close();
}

}  // namespace chainload::store

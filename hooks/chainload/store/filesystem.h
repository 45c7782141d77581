// SPDX-License-Identifier: MPL-2.0
// The system calls that the store makes, so that tests can let each of them fail, and what a failure is
// called.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace chainload::store {

/// Each answers as the system call of its name: -1 and errno on failure.
class Filesystem {
 public:
  Filesystem() = default;
  Filesystem(const Filesystem&) = delete;
  Filesystem& operator=(const Filesystem&) = delete;
  virtual ~Filesystem() = default;

  virtual int open(const std::string& path, int flags, mode_t mode) = 0;
  virtual ssize_t read(int fd, void* to, std::size_t len) = 0;
  virtual ssize_t pwrite(int fd, const void* from, std::size_t len, off_t at) = 0;
  virtual int ftruncate(int fd, off_t len) = 0;
  virtual int fsync(int fd) = 0;
  virtual int close(int fd) = 0;
  virtual int fchmod(int fd, mode_t mode) = 0;
  virtual int fstat(int fd, struct stat& result) = 0;
  virtual int lock(int fd) = 0;  // for writing, the whole file, until the descriptor is closed; never waits
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual int link(const std::string& from, const std::string& to) = 0;
  virtual int unlink(const std::string& path) = 0;
  virtual int mkdir(const std::string& path, mode_t mode) = 0;
  /// The names in a directory; none when it cannot be read.
  virtual std::vector<std::string> list(const std::string& directory) = 0;
};

/// The kernel's own.
Filesystem& system_filesystem();

/// What to do about an errno, to be put behind the system's words for it; empty where nothing is known.
std::string_view remedy(int error);

/// What failed, on which path, in the system's words, and the remedy.
class IoError : public std::runtime_error {
 public:
  IoError(std::string_view operation, const std::string& path, int error);
  int error() const { return error_; }

 private:
  int error_;
};

/// An open file or directory. All but the destructor throw IoError.
class File {
 public:
  File() = default;
  File(Filesystem& filesystem, std::string path, int flags, mode_t mode = 0);
  ~File();
  File(File&& other) noexcept { *this = std::move(other); }
  File& operator=(File&& other) noexcept;

  bool is_open() const { return fd_ >= 0; }
  int descriptor() const { return fd_; }
  const std::string& path() const { return path_; }

  void write_at(std::size_t at, std::string_view octets);
  void truncate(std::size_t len);
  void set_mode(mode_t mode);
  void sync();
  void close();
  struct stat status();
  /// To its end. Refuses what is no regular file or longer than `longest`.
  std::string read_all(std::size_t longest);

 private:
  [[noreturn]] void fail(std::string_view operation) const;

  Filesystem* filesystem_ = nullptr;
  std::string path_;
  int fd_ = -1;
};

/// A new file of mode 0640 whatever the umask, for writing. Nothing may be there, not even a link.
File create_file(Filesystem& filesystem, const std::string& path);

/// Follows no symbolic link and does not wait for the other end of a pipe.
std::string read_file(Filesystem& filesystem, const std::string& path, std::size_t longest);

void rename_file(Filesystem& filesystem, const std::string& from, const std::string& to);
void link_file(Filesystem& filesystem, const std::string& from, const std::string& to);
/// Removing what is not there is no failure.
void remove_file(Filesystem& filesystem, const std::string& path);
void sync_directory(Filesystem& filesystem, const std::string& path);

}  // namespace chainload::store

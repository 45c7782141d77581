// SPDX-License-Identifier: MPL-2.0
// The kernel's file system with a witness: it writes down every call that changes something, lets one fail,
// or ends the process there.
#pragma once

#include <cstdint>

#include "store/filesystem.h"

namespace chainload::tests {

class WatchedFilesystem : public store::Filesystem {
 public:
  enum class Fault : std::uint8_t {
    none,
    once,        // that one call fails
    from_there,  // it and all after it
    kill         // the process ends; a write has then been done by half
  };

  void arm(std::size_t call, Fault fault, int error = 0) {
    seen_ = 0;
    at_ = call;
    fault_ = fault;
    error_ = error;
    calls.clear();
  }
  void disarm() { arm(0, Fault::none); }
  /// The calls since it was armed, such as `fsync rules.json.new`.
  std::vector<std::string> calls;

  int open(const std::string& path, int flags, mode_t mode) override;
  ssize_t read(int fd, void* to, std::size_t len) override;
  ssize_t pwrite(int fd, const void* from, std::size_t len, off_t at) override;
  int ftruncate(int fd, off_t len) override;
  int fsync(int fd) override;
  int close(int fd) override;
  int fchmod(int fd, mode_t mode) override;
  int fstat(int fd, struct stat& result) override;
  int lock(int fd) override;
  int rename(const std::string& from, const std::string& to) override;
  int link(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  int mkdir(const std::string& path, mode_t mode) override;
  std::vector<std::string> list(const std::string& directory) override;

 private:
  /// Writes it down; true: it shall fail, errno is set.
  bool fails(const std::string& call);
  bool is_killed_here() const { return fault_ == Fault::kill && seen_ == at_; }
  std::string name_of(int fd) const;

  store::Filesystem& system_ = store::system_filesystem();
  std::size_t seen_ = 0;
  std::size_t at_ = 0;
  Fault fault_ = Fault::none;
  int error_ = 0;
};

}  // namespace chainload::tests

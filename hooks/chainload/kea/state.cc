// SPDX-License-Identifier: MPL-2.0
// Reading and writing the one file there is: {"format": 2, "parameters": {…}, "networks": {…}}. Format 1 had
// no networks.
#include "state.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "store/filesystem.h"

namespace chainload::kea {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::string_view state_root = "/var/lib/kea/chainload/";
constexpr std::size_t file_max = 256 << 20;  // a hundred thousand reservations take some 20 MiB
constexpr long long format = 2;
constexpr long long oldest_format = 1;

[[noreturn]] void fail(const std::string& what) {
  const int error = errno;
  throw StateError(what + ": " + std::strerror(error) + std::string(store::remedy(error)));
}

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : path_(path), fd_(::open(path.c_str(), flags, mode)) {
    if (fd_ < 0) fail("cannot open " + path_);
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(fd_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot write " + path_);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() {
    if (::fsync(fd_) != 0) fail("cannot fsync " + path_);
  }
  void close() {
    const int fd = fd_;
    fd_ = -1;
    if (::close(fd) != 0) fail("cannot close " + path_);
  }

 private:
  std::string path_;
  int fd_;
};

/// The path of the configuration file, from the server's own command line: Kea 2.2 offers a library no other
/// way.
std::string configuration_path() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string line((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::string> words;
  for (std::size_t at = 0; at < line.size(); at += words.back().size() + 1)
    words.emplace_back(line.c_str() + at);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "-c" && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with("-c") && words[i].size() > 2) return words[i].substr(2);
  }
  return {};
}

void make_directories(const std::string& directory) {
  for (std::size_t slash = directory.find('/', 1);; slash = directory.find('/', slash + 1)) {
    const std::string part = directory.substr(0, slash);
    if (::mkdir(part.c_str(), 0750) != 0 && errno != EEXIST) fail("cannot make the directory " + part);
    if (slash == std::string::npos) return;
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) fail("cannot open " + path);
  const std::streamoff size = file.tellg();
  if (size < 0) fail("cannot read " + path);
  if (static_cast<std::size_t>(size) > file_max)
    throw StateError(path + " has more than " + std::to_string(file_max) + " octets");
  std::string text(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  file.read(text.data(), size);
  if (!file) fail("cannot read " + path);
  return text;
}

bool says_already(const std::string& path, const std::string& text) {
  std::ifstream file(path, std::ios::binary);
  return file && std::string((std::istreambuf_iterator<char>(file)), {}) == text;
}

}  // namespace

std::string default_state_directory() {
  std::string name = configuration_path();
  name.erase(0, name.rfind('/') + 1);  // npos + 1 is 0
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos && dot > 0) name.erase(dot);
  if (name.empty() || name == "." || name == "..") name = "kea-dhcp4";
  return std::string(state_root) + name;
}

std::string last_good_file(const std::string& directory) {
  return directory + "/last-good-parameters.json";
}

void save_last_good(const std::string& directory, const LastGood& last_good) {
  const auto document = Element::createMap();
  document->set("format", Element::create(format));
  document->set("parameters", last_good.parameters);
  if (last_good.networks) document->set("networks", last_good.networks);
  const std::string text = document->str() + "\n";
  const std::string path = last_good_file(directory);
  if (says_already(path, text)) return;

  make_directories(directory);
  const std::string temporary = path + ".new";
  if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) fail("cannot remove " + temporary);
  try {
    File file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    file.write(text);
    file.sync();
    file.close();
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail("cannot rename " + temporary);
  } catch (const StateError&) {
    ::unlink(temporary.c_str());
    throw;
  }
  File(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC).sync();
}

LastGood read_last_good(const std::string& directory) {
  const std::string path = last_good_file(directory);
  const std::string text = read_file(path);
  ConstElementPtr document;
  try {
    document = Element::fromJSON(text);
  } catch (const std::exception& error) {
    throw StateError(path + " is not whole JSON: " + error.what());
  }
  const bool is_map = document && document->getType() == Element::map;
  const ConstElementPtr version = is_map ? document->get("format") : ConstElementPtr();
  if (!version || version->getType() != Element::integer || version->intValue() < oldest_format ||
      version->intValue() > format) {
    throw StateError(path + " is not of a format this version knows");
  }
  const ConstElementPtr parameters = document->get("parameters");
  if (!parameters) throw StateError(path + " holds no parameters");
  return {parameters, document->get("networks")};
}

}  // namespace chainload::kea

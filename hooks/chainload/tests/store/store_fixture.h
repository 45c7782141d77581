// SPDX-License-Identifier: MPL-2.0
// Rules to keep, and a directory to keep them in.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/json_text.h"
#include "store/rule_store.h"

namespace chainload::tests {

inline std::string rule_text(const std::string& name, const std::string& file = "f") {
  return "{\"name\":\"" + name + "\",\"boot\":{\"boot-file-name\":\"" + file + "\"}}";
}

/// `[a, b, …]`, each giving `file`.
inline std::string list_text(const std::vector<std::string>& names, const std::string& file = "f") {
  std::string text = "[";
  for (const std::string& name : names) text += (text.size() > 1 ? "," : "") + rule_text(name, file);
  return text + "]";
}

inline store::PreparedRules prepared(const std::string& text) {
  auto made = store::prepare(text);
  EXPECT_EQ(made.problems, "");
  return made;
}

inline store::Patch patch_of(const std::string& text) {
  const auto reading = store::read_json(text);
  EXPECT_TRUE(reading.value) << reading.fault;
  return store::read_patch(*reading.value);
}

inline store::Patch add(const std::string& name, const std::string& file = "f") {
  return patch_of(R"([{"op":"add","rule":)" + rule_text(name, file) + "}]");
}

/// The rules, a line each.
inline std::string text_of(const store::RuleList& rules) {
  std::string text;
  rules.each([&](const store::StoredRule& rule) { text += rule.json + "\n"; });
  return text;
}

/// The same of what packets are decided by: names and files.
inline std::string text_of(const core::LayeredRules& rules) {
  std::string text;
  rules.each([&](const core::Rule& rule) {
    text += rule_text(rule.name, rule.boot.boot_file ? rule.boot.boot_file->text() : "") + "\n";
    return true;
  });
  return text;
}

/// `a b c`.
inline std::string names_of(const store::RuleList& rules) {
  std::string text;
  rules.each([&](const store::StoredRule& rule) { text += (text.empty() ? "" : " ") + rule.name; });
  return text;
}

inline std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

inline void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// Where fsync costs nothing, if there is such a place.
inline std::filesystem::path quick_directory() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

/// A directory that goes with it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (quick_directory() / "store-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string state() const { return (path_ / "state").string(); }

 private:
  std::filesystem::path path_;
};

/// A store in that directory that is its owner, or at least opened.
class OpenStore {
 public:
  explicit OpenStore(const std::string& directory, bool owns = true,
                     store::Filesystem& filesystem = store::system_filesystem())
      : store_(filesystem, directory, "test") {
    said_ = store_.open();
    if (!owns) return;
    for (std::string& sentence : store_.become_owner()) said_.push_back(std::move(sentence));
  }
  store::RuleStore* operator->() { return &store_; }
  store::RuleStore& operator*() { return store_; }
  std::string said() const { return joined_lines(said_); }

 private:
  store::RuleStore store_;
  std::vector<std::string> said_;
};

inline const store::ChangeOptions plain;

}  // namespace chainload::tests

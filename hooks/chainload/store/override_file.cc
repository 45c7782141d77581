// SPDX-License-Identifier: MPL-2.0
// Reading and writing the records of overrides.
#include "override_file.h"

#include <fcntl.h>

#include <cerrno>

#include "json_text.h"

namespace chainload::store {
namespace {

core::Value closing_record() {
  core::Value::Map map;
  map.push_back({"closed", core::Value(true)});
  return core::Value(std::move(map));
}

bool is_closing(const core::Value& record) {
  return record.find("closed") != nullptr;
}

}  // namespace

OverrideFile::OverrideFile(Filesystem& filesystem, const std::string& directory)
    : filesystem_(filesystem), directory_(directory), path_(directory + "/overrides.journal") {}

OverrideRecords OverrideFile::read() const {
  OverrideRecords read;
  std::string text;
  try {
    text = read_file(filesystem_, path_, longest_journal);
  } catch (const IoError& error) {
    if (error.error() == ENOENT) return read;
    throw;
  }
  const Journal journal = parse_journal(text);
  read.fault = journal.fault;
  if (journal.end == Journal::End::damaged) read.fault = "a record in the middle of it is damaged";
  for (const Journal::Framed& framed : journal.records) {
    const JsonReading reading = read_json(framed.payload);
    if (!reading.value) read.fault = reading.fault;
    if (!read.fault.empty()) break;
    read.ended_in_order = is_closing(*reading.value);
    if (!read.ended_in_order) read.records.push_back(*reading.value);
  }
  if (journal.end != Journal::End::whole) read.ended_in_order = false;
  if (!read.fault.empty()) read = {{}, false, read.fault};
  return read;
}

void OverrideFile::begin(const std::vector<core::Value>& records, bool was_damaged) {
  if (!lock_.is_open()) {
    File lock(filesystem_, directory_ + "/overrides.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (filesystem_.lock(lock.descriptor()) != 0) {
      throw std::runtime_error(lock.path() +
                               " is locked by another server: give each server a state-directory of its own");
    }
    lock_ = std::move(lock);
  }
  const std::string temporary = path_ + ".new";
  remove_file(filesystem_, temporary);
  try {
    JournalWriter writer;
    std::string text = writer.start({}, 0);
    for (const core::Value& record : records) text += writer.record(canonical_json(record));
    File file = create_file(filesystem_, temporary);
    file.write_at(0, text);
    file.sync();
    if (was_damaged) rename_file(filesystem_, path_, path_ + ".damaged");
    rename_file(filesystem_, temporary, path_);
    sync_directory(filesystem_, directory_);
    file_ = std::move(file);
    writer_ = writer;
    len_ = text.size();
    appended_ = 0;
  } catch (const IoError&) {
    filesystem_.unlink(temporary.c_str());
    throw;
  }
}

void OverrideFile::write(const core::Value& record) {
  JournalWriter writer = writer_;
  const std::string text = writer.record(canonical_json(record));
  file_.write_at(len_, text);
  writer_ = writer;
  len_ += text.size();
  ++appended_;
}

void OverrideFile::append(const core::Value& record) {
  try {
    write(record);
    file_.sync();
  } catch (const IoError&) {
    file_ = File();  // nobody knows what is in it; begin() writes another one
    throw;
  }
}

void OverrideFile::append_unflushed(const core::Value& record) {
  try {
    write(record);
  } catch (const IoError&) {
    file_ = File();  // a part of the record may be in it
    throw;
  }
}

void OverrideFile::close() {
  if (!has_begun()) return;
  append(closing_record());
  file_ = File();
  lock_ = File();
}

}  // namespace chainload::store

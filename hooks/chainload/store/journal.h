// SPDX-License-Identifier: MPL-2.0
// rules.journal: what changed since the snapshot it continues, a record for each revision:
//
//   {"format":1,"extends":"<identity of the snapshot>","revision":12,"check":"<SHA-256 of the line before>"}
//   <length of the payload> <SHA-256 of the record before and of the payload>
//   {"revision":13,"sha256":"…","when":"…","reason":"…","edits":[{"at":7,"remove":true,"rule":{…}}]}
//   …
//
// A payload holds no newline. `sha256` is that of all rules after the change, so that a record fits one state
// only.
#pragma once

#include "snapshot.h"

namespace chainload::store {

inline constexpr std::size_t longest_journal = 80u << 20;

/// Frames records; each check covers the one before, so that no record stands for another.
class JournalWriter {
 public:
  JournalWriter() = default;
  explicit JournalWriter(const Digest& chain) : chain_(chain) {}

  /// The first line. Records then follow.
  std::string start(const Digest& extends, std::uint64_t revision);
  std::string record(std::string_view payload);

 private:
  Digest chain_{};
};

std::string journal_payload(const Stamp& stamp, const std::vector<Edit>& edits);

struct JournalRecord {
  Stamp stamp;
  std::vector<Edit> edits;
};
std::optional<JournalRecord> read_payload(std::string_view payload);

struct Journal {
  enum class End : std::uint8_t {
    whole,
    torn,    // the last record was being written when the machine stopped
    damaged  // more is wrong than that
  };
  Digest extends{};
  std::uint64_t revision = 0;  // of the snapshot
  struct Framed {
    std::string_view payload;
    std::size_t end = 0;  // the record's, in the file
    Digest chain{};       // after it
  };
  std::vector<Framed> records;  // views into the text
  std::size_t start_len = 0;    // of the first line
  Digest start_chain{};
  End end = End::whole;
  std::string fault;  // set when the first line is not whole; nothing else is then
};

Journal parse_journal(std::string_view text);

}  // namespace chainload::store

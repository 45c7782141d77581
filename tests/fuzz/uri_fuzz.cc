// SPDX-License-Identifier: MPL-2.0
// URIs and references to each other: the input is two of them, with a line break between.
#include <algorithm>

#include "fuzz_target.h"
#include "proto/uri.h"

namespace {

/// What was parsed is clean, and means the same when it is parsed again.
void check(const proto::Uri& uri) {
  const std::string_view text = uri.text();
  fuzz::require(text.size() <= proto::Uri::max_length);
  fuzz::require(
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"'; }));
  const auto again = proto::Uri::parse(text);
  fuzz::require(again.ok() && again.value().text() == text && again.value().host() == uri.host() &&
                again.value().path() == uri.path());
  fuzz::note(text);
  char room[proto::Uri::max_length];
  static_cast<void>(proto::percent_decode(uri.path(), room));
  static_cast<void>(uri.file_name());
}

}  // namespace

FUZZ_TARGET(uri) {
  const std::string_view text = base::as_text(input);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const auto from_file =
      proto::Uri::from_boot_file(text.substr(0, end), base::Ipv4Address::of(198, 18, 0, 1));
  if (from_file) {
    check(from_file.value());
    fuzz::require(from_file.value().is_absolute());
  }
  const auto at = proto::Uri::parse(text.substr(0, end));
  const auto reference = proto::Uri::parse(text.substr(std::min(end + 1, text.size())));
  if (!at || !reference) return;
  check(at.value());
  check(reference.value());
  const auto resolved = at.value().resolve(reference.value());
  if (resolved) check(resolved.value());
}

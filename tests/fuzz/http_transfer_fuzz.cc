// SPDX-License-Identifier: MPL-2.0
// An answer of a web server: whole, cut where the first bytes say, and a byte at a time, it must mean the
// same.
#include <algorithm>
#include <string>

#include "fuzz_target.h"
#include "proto/http_transfer.h"

namespace {

struct Meaning {
  std::string body, sentence, location;
  std::size_t used = 0;
  bool keeps = false;
  bool operator==(const Meaning&) const = default;
};

Meaning receive(base::Bytes input, std::size_t step) {
  Meaning meaning;
  const proto::Sink sink{&meaning, [](void*, std::uint64_t) -> base::Status { return base::Done{}; },
                         [](void* self, base::Bytes piece) -> base::Status {
                           static_cast<Meaning*>(self)->body += base::as_text(piece);
                           return base::Done{};
                         }};
  proto::HttpTransfer transfer("server", sink);
  while (!input.empty() && !transfer.is_over()) {
    const base::Bytes piece = input.first(std::min(step, input.size()));
    const std::size_t used = transfer.receive(piece);
    fuzz::require(used == piece.size() || transfer.is_over());
    meaning.used += used;
    input = input.subspan(used);
  }
  transfer.end_of_stream();
  fuzz::require(transfer.is_over());
  if (transfer.failure() != nullptr) {
    meaning.sentence = transfer.failure()->sentence();
    meaning.body.clear();  // how much of it came before the fault depends on the pieces
    meaning.used = 0;
  }
  meaning.location = transfer.location();
  meaning.keeps = transfer.keeps_connection();
  return meaning;
}

}  // namespace

FUZZ_TARGET(http_transfer) {
  fuzz::Reader reader{input};
  const std::size_t step = 1 + reader.number();
  const Meaning whole = receive(reader.rest, SIZE_MAX);
  for (const std::string& text : {whole.body, whole.sentence, whole.location}) fuzz::note(text);
  // Lines of more than max_line may be refused in pieces and ignored as a whole.
  if (reader.rest.size() < proto::HttpTransfer::max_line) {
    fuzz::require(receive(reader.rest, step) == whole);
    fuzz::require(receive(reader.rest, 1) == whole);
  } else {
    receive(reader.rest, step);
  }
}

// SPDX-License-Identifier: MPL-2.0
// Hashing the options that differ between boot programs.
#include "fingerprint.h"

namespace chainload::core::machines {
namespace {

/// FNV-1a of 64 bits, folded. Chance is all it must withstand: a client that forges another's fingerprint
/// only fools the server about itself.
class Mixer {
 public:
  void add(Bytes octets) {
    for (const std::uint8_t octet : octets) add_octet(octet);
    add_octet(static_cast<std::uint8_t>(octets.size()));
  }
  void add(const std::bitset<256>& bits) {
    for (std::size_t at = bits._Find_first(); at < bits.size(); at = bits._Find_next(at)) {
      add_octet(static_cast<std::uint8_t>(at));
    }
    add_octet(static_cast<std::uint8_t>(bits.count()));
  }
  std::uint32_t value() const { return static_cast<std::uint32_t>(value_ ^ value_ >> 32); }

 private:
  void add_octet(std::uint8_t octet) { value_ = (value_ ^ octet) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

Fingerprint fingerprint(const Facts& facts) {
  Mixer program;
  Mixer machine;
  program.add(facts.requested_options);
  if (facts.etherboot) {
    program.add(facts.etherboot->present);
    program.add(facts.etherboot->features);
    program.add(facts.etherboot->version);
    machine.add(facts.etherboot->bus_id);
  }
  machine.add(facts.client_id.value_or(Bytes()));
  return {program.value(), machine.value()};
}

}  // namespace chainload::core::machines

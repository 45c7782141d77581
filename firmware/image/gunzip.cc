// SPDX-License-Identifier: MPL-2.0
// Codes are read bit by bit: a kernel's worth takes a fraction of the time in which it was fetched, and the tables of
// a faster decoder would be larger than the rest.
#include "image/gunzip.h"

#include <array>

namespace image {

namespace {

using base::Error;
using base::ErrorCode;

constexpr unsigned max_code_length = 15;
constexpr unsigned literals = 288, distances = 32;
constexpr unsigned end_of_block = 256;

/// A canonical Huffman code [rfc1951 3.2.2]: how many codes of each length there are, and what they stand for in order.
struct Code {
  std::array<std::uint16_t, max_code_length + 1> counts;
  std::array<std::uint16_t, literals> symbols;

  /// False when there are more codes of a length than there can be. Codes that are missing are found out when they are
  /// met.
  bool build(std::span<const std::uint8_t> lengths) {
    counts = {};
    for (const std::uint8_t length : lengths) ++counts[length];
    counts[0] = 0;
    std::array<std::uint16_t, max_code_length + 1> next{};
    unsigned left = 1;
    for (unsigned length = 1; length <= max_code_length; ++length) {
      left <<= 1;
      if (counts[length] > left) return false;
      left -= counts[length];
      next[length] = static_cast<std::uint16_t>(next[length - 1] + counts[length - 1]);
    }
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] != 0) symbols[next[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
    }
    return true;
  }
};

class Inflater {
 public:
  Inflater(base::Bytes packed, base::MutBytes room) : packed_(packed), room_(room) {}

  bool failed() const { return failed_; }
  std::size_t written() const { return written_; }
  /// What follows the last block, from the next whole byte on.
  base::Bytes rest() const { return packed_.subspan(read_); }

  void run() {
    bool is_last = false;
    while (!is_last && !failed_) {
      is_last = bits(1) != 0;
      const unsigned type = bits(2);
      if (type == 0) {
        copy_stored();
      } else if (type == 1) {
        read_fixed_codes();
      } else if (type == 2) {
        read_codes();
      } else {
        failed_ = true;
      }
      if (type != 0) unpack_block();
    }
  }

 private:
  /// The first bit is the lowest. After a fault all that are left are 0.
  unsigned bits(unsigned count) {
    unsigned value = 0;
    for (unsigned i = 0; i < count; ++i) {
      if (bits_left_ == 0) {
        if (read_ == packed_.size()) failed_ = true;
        if (failed_) return 0;
        byte_ = packed_[read_++];
        bits_left_ = 8;
      }
      value |= (byte_ & 1U) << i;
      byte_ >>= 1;
      --bits_left_;
    }
    return value;
  }

  unsigned symbol(const Code& code) {
    unsigned offset = 0, first = 0;  // of the code among those of its length; of their symbols
    for (unsigned length = 1; length <= max_code_length; ++length) {
      offset = offset * 2 + bits(1);
      const unsigned count = code.counts[length];
      if (offset < count) return code.symbols[first + offset];
      offset -= count;
      first += count;
    }
    failed_ = true;
    return end_of_block;
  }

  void write(std::uint8_t octet) {
    if (written_ == room_.size()) {
      failed_ = true;
    } else {
      room_[written_++] = octet;
    }
  }

  void copy_stored() {
    bits_left_ = 0;
    const unsigned size = bits(16);
    if ((size ^ bits(16)) != 0xffff) failed_ = true;
    for (unsigned i = 0; i < size && !failed_; ++i) write(static_cast<std::uint8_t>(bits(8)));
  }

  void read_fixed_codes() {  // [rfc1951 3.2.6]
    std::array<std::uint8_t, literals> lengths;
    for (unsigned i = 0; i < literals; ++i) {
      lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    static_cast<void>(literal_code_.build(lengths));
    for (unsigned i = 0; i < distances; ++i) lengths[i] = 5;
    static_cast<void>(distance_code_.build(std::span(lengths).first(distances)));
  }

  void read_codes() {  // [rfc1951 3.2.7]
    constexpr std::uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    const unsigned literal_count = 257 + bits(5), distance_count = 1 + bits(5), length_count = 4 + bits(4);
    const unsigned all = literal_count + distance_count;
    std::array<std::uint8_t, literals + distances> lengths{};
    for (unsigned i = 0; i < length_count; ++i) lengths[order[i]] = static_cast<std::uint8_t>(bits(3));
    bool is_sound = literal_code_.build(std::span(lengths).first(19));
    lengths = {};
    for (unsigned at = 0; is_sound && at < all;) {
      unsigned value = symbol(literal_code_);
      unsigned repeats = 1;
      if (value > 18) return;  // a fault
      if (value == 16) {
        is_sound = at != 0;
        value = is_sound ? lengths[at - 1] : 0;
        repeats = 3 + bits(2);
      } else if (value == 17) {
        repeats = 3 + bits(3);
      } else if (value == 18) {
        repeats = 11 + bits(7);
      }
      if (value > max_code_length) value = 0;
      if (repeats > all - at) is_sound = false;
      for (; is_sound && repeats > 0; --repeats) lengths[at++] = static_cast<std::uint8_t>(value);
    }
    const std::span<const std::uint8_t> found(lengths);
    is_sound = is_sound && literal_count <= 286 && distance_count <= 30 &&
               literal_code_.build(found.first(literal_count)) &&
               distance_code_.build(found.subspan(literal_count, distance_count));
    if (!is_sound) failed_ = true;
  }

  void unpack_block() {
    while (!failed_) {
      unsigned code = symbol(literal_code_);
      if (code == end_of_block) return;
      if (code < end_of_block) {
        write(static_cast<std::uint8_t>(code));
        continue;
      }
      // [rfc1951 3.2.5] Both tables are powers of two with extra bits.
      code -= 257;
      std::size_t length = 258;
      if (code < 28) {
        const unsigned extra = code < 8 ? 0 : code / 4 - 1;
        length = 3 + (code < 8 ? code : ((4 + code % 4) << extra) + bits(extra));
      }
      const unsigned far = symbol(distance_code_);
      if (failed_) return;
      const unsigned extra = far < 4 ? 0 : far / 2 - 1;
      const std::size_t distance = 1 + (far < 4 ? far : ((2 + far % 2) << extra) + bits(extra));
      if (code > 28 || far > 29 || distance > written_) failed_ = true;
      for (; length > 0 && !failed_; --length) write(room_[written_ - distance]);
    }
  }

  base::Bytes packed_;
  base::MutBytes room_;
  std::size_t read_ = 0, written_ = 0;
  unsigned byte_ = 0, bits_left_ = 0;
  bool failed_ = false;
  Code literal_code_, distance_code_;
};

std::uint32_t crc32(base::Bytes bytes) {  // [rfc1952 8]
  std::array<std::uint32_t, 256> table;
  for (unsigned i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0xedb88320 : 0);
    table[i] = value;
  }
  std::uint32_t sum = UINT32_MAX;
  for (const std::uint8_t octet : bytes) sum = sum >> 8 ^ table[(sum ^ octet) & 0xff];
  return ~sum;
}

constexpr std::size_t gzip_header = 10, gzip_trailer = 8;

/// How long the header of the member is [rfc1952 2.3]; 0 when it is none, or cut short.
std::size_t measure_header(base::Bytes member) {
  enum Flag : std::uint8_t { has_check = 2, has_extra = 4, has_name = 8, has_comment = 16, reserved = 0xe0 };
  constexpr std::uint8_t deflate = 8;
  if (member.size() < gzip_header || !is_gzip(member) || member[2] != deflate) return 0;
  const unsigned flags = member[3];
  if ((flags & reserved) != 0) return 0;
  std::size_t size = gzip_header;
  if ((flags & has_extra) != 0) {
    if (member.size() - size < 2) return 0;
    size += 2U + base::load_le16(&member[size]);
  }
  for (const unsigned flag : {has_name, has_comment}) {
    if ((flags & flag) == 0) continue;
    while (size < member.size() && member[size] != 0) ++size;
    ++size;
  }
  if ((flags & has_check) != 0) size += 2;
  return size < member.size() ? size : 0;
}

}  // namespace

bool is_gzip(base::Bytes file) {
  return file.size() > 2 && file[0] == 0x1f && file[1] == 0x8b;
}

base::Result<std::size_t> gunzip(base::Bytes file, std::string_view name, base::MutBytes room) {
  bool is_sound = true;
  std::size_t used = 0;
  base::Bytes rest = file;
  do {
    const std::size_t header = measure_header(rest);
    Inflater inflater(rest.subspan(header), room.subspan(used));
    if (header != 0) inflater.run();
    rest = inflater.rest();
    const base::Bytes unpacked = base::Bytes(room).subspan(used, inflater.written());
    used += unpacked.size();
    is_sound = header != 0 && !inflater.failed() && rest.size() >= gzip_trailer &&
               base::load_le32(rest.data()) == crc32(unpacked) &&
               base::load_le32(&rest[4]) == static_cast<std::uint32_t>(unpacked.size());
    if (is_sound) rest = rest.subspan(gzip_trailer);
  } while (is_sound && is_gzip(rest));  // as gzip does it: other bytes behind are left out
  if (is_sound) return used;
  if (used == room.size()) {
    return Error(ErrorCode::too_large, "Cannot unpack {}: the free memory does not hold what comes out of it", name);
  }
  return Error(ErrorCode::malformed, "Cannot unpack {}: it is damaged, or cut short; run gzip -t on the server", name);
}

}  // namespace image

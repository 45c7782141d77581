// SPDX-License-Identifier: MPL-2.0
// A named stretch of memory with a small first-fit allocator: where a subsystem's memory comes from and ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace base {

class Arena {
 public:
  /// `memory` outlives the arena.
  Arena(std::string_view name, MutBytes memory);
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// At least `size` bytes, aligned to 8; nullptr when the arena has no such gap. Never returns a zero-sized block.
  [[nodiscard]] void* allocate(std::size_t size);
  /// `block` came from this arena, or is nullptr. Two free neighbours become one.
  void release(void* block);

  std::string_view name() const { return name_; }
  std::size_t capacity() const { return capacity_; }
  std::size_t used() const { return used_; }
  std::size_t peak() const { return peak_; }
  std::size_t failures() const { return failures_; }

  /// For tests: the n-th allocation from now on (1 is the next) fails once; 0 switches it off.
  void fail_allocation(std::size_t n) { fail_in_ = n; }

 private:
  struct Block {  // stands before every block, used or free
    std::size_t size;  // of the payload, a multiple of 8
    bool is_free;
  };
  Block* next(Block* block) const;

  std::string_view name_;
  std::uint8_t* begin_ = nullptr;
  std::uint8_t* end_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  std::size_t failures_ = 0;
  std::size_t fail_in_ = 0;
};

}  // namespace base

// SPDX-License-Identifier: MPL-2.0
#include "base/arena.h"

#include <new>

namespace base {
namespace {

constexpr std::size_t block_alignment = 8;
constexpr std::size_t header_size = 16;

constexpr std::size_t round_up(std::size_t n) { return (n + block_alignment - 1) & ~(block_alignment - 1); }

}  // namespace

Arena::Arena(std::string_view name, MutBytes memory) : name_(name) {
  static_assert(sizeof(Block) <= header_size);
  auto skew = static_cast<std::size_t>((block_alignment - (std::uintptr_t)memory.data() % block_alignment) % block_alignment);
  if (memory.size() < skew + header_size + block_alignment) return;
  begin_ = memory.data() + skew;
  const std::size_t usable = (memory.size() - skew) & ~(block_alignment - 1);
  end_ = begin_ + usable;
  capacity_ = usable - header_size;
  new (begin_) Block{capacity_, true};
}

Arena::Block* Arena::next(Block* block) const {
  std::uint8_t* after = static_cast<std::uint8_t*>(static_cast<void*>(block)) + header_size + block->size;
  return after < end_ ? static_cast<Block*>(static_cast<void*>(after)) : nullptr;
}

void* Arena::allocate(std::size_t size) {
  const bool must_fail = fail_in_ != 0 && --fail_in_ == 0;
  if (!must_fail && size <= capacity_ && begin_ != nullptr) {
    const std::size_t need = round_up(size == 0 ? 1 : size);
    for (Block* block = static_cast<Block*>(static_cast<void*>(begin_)); block != nullptr; block = next(block)) {
      if (!block->is_free || block->size < need) continue;
      std::uint8_t* payload = static_cast<std::uint8_t*>(static_cast<void*>(block)) + header_size;
      if (block->size - need >= header_size + block_alignment) {
        new (payload + need) Block{block->size - need - header_size, true};
        block->size = need;
      }
      block->is_free = false;
      used_ += block->size;
      if (used_ > peak_) peak_ = used_;
      return payload;
    }
  }
  ++failures_;
  return nullptr;
}

void Arena::release(void* payload) {
  if (payload == nullptr) return;
  Block* freed = static_cast<Block*>(static_cast<void*>(static_cast<std::uint8_t*>(payload) - header_size));
  freed->is_free = true;
  used_ -= freed->size;
  for (Block* block = static_cast<Block*>(static_cast<void*>(begin_)); block != nullptr;) {
    Block* after = next(block);
    if (block->is_free && after != nullptr && after->is_free) {
      block->size += header_size + after->size;
    } else {
      block = after;
    }
  }
}

}  // namespace base

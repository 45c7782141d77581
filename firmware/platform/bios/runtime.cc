// SPDX-License-Identifier: MPL-2.0
// What the compiler calls without being asked: memory functions, 64-bit division, and the ends nobody should reach.
// libgcc's own division does not fit: it takes arguments on the stack, and we compile with -mregparm=3.
#include <cstddef>
#include <cstdint>

#include "platform/bios/panic.h"

// [[gnu::used]]: link-time optimisation sees who calls these only after it has thrown away what nobody calls.
extern "C" {

[[gnu::used]] void* memcpy(void* to, const void* from, std::size_t n) {
  void* d = to;
  std::size_t words = n >> 2;
  asm volatile("rep movsl\n\tmovl %3, %%ecx\n\trep movsb"
               : "+&D"(d), "+&S"(from), "+&c"(words)
               : "r"(n & 3)
               : "memory");
  return to;
}

[[gnu::used]] void* memmove(void* to, const void* from, std::size_t n) {
  if (static_cast<std::size_t>(static_cast<char*>(to) - static_cast<const char*>(from)) >= n) return memcpy(to, from, n);
  // From the end: the odd bytes, then words.
  void* d = static_cast<char*>(to) + n - 1;
  const void* s = static_cast<const char*>(from) + n - 1;
  std::size_t bytes = n & 3;
  asm volatile("std\n\trep movsb\n\tsubl $3, %%esi\n\tsubl $3, %%edi\n\tmovl %3, %%ecx\n\trep movsl\n\tcld"
               : "+&D"(d), "+&S"(s), "+&c"(bytes)
               : "r"(n >> 2)
               : "memory", "cc");
  return to;
}

[[gnu::used]] void* memset(void* to, int value, std::size_t n) {
  void* d = to;
  std::size_t words = n >> 2;
  asm volatile("rep stosl\n\tmovl %3, %%ecx\n\trep stosb"
               : "+&D"(d), "+&c"(words)
               : "a"((value & 0xff) * 0x01010101U), "r"(n & 3)
               : "memory");
  return to;
}

[[gnu::used]] int memcmp(const void* a, const void* b, std::size_t n) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (; n != 0; --n, ++x, ++y) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}

void* memchr(const void* in, int value, std::size_t n) {
  const auto* at = static_cast<const unsigned char*>(in);
  for (; n != 0; --n, ++at) {
    if (*at == static_cast<unsigned char>(value)) return const_cast<unsigned char*>(at);
  }
  return nullptr;
}

std::size_t strlen(const char* text) {
  std::size_t n = 0;
  while (text[n] != '\0') ++n;
  return n;
}

[[gnu::used]] std::uint64_t __udivmoddi4(std::uint64_t dividend, std::uint64_t divisor, std::uint64_t* remainder) {
  const auto divide = [](std::uint32_t high, std::uint32_t low, std::uint32_t by, std::uint32_t& rest) {
    std::uint32_t quotient;
    asm("divl %4" : "=a"(quotient), "=d"(rest) : "a"(low), "d"(high), "rm"(by) : "cc");
    return quotient;
  };
  const auto high = static_cast<std::uint32_t>(dividend >> 32);
  const auto low = static_cast<std::uint32_t>(dividend);
  std::uint64_t quotient = 0;
  if (divisor >> 32 == 0) {
    const auto by = static_cast<std::uint32_t>(divisor);
    std::uint32_t rest;
    const std::uint32_t upper = divide(0, high, by, rest);
    quotient = std::uint64_t{upper} << 32 | divide(rest, low, by, rest);
    dividend = rest;
  } else {
    int shift = __builtin_clz(static_cast<std::uint32_t>(divisor >> 32));
    for (divisor <<= shift; shift >= 0; --shift, divisor >>= 1) {
      quotient <<= 1;
      if (dividend >= divisor) {
        dividend -= divisor;
        quotient |= 1;
      }
    }
  }
  if (remainder != nullptr) *remainder = dividend;
  return quotient;
}

[[gnu::used]] std::uint64_t __udivdi3(std::uint64_t dividend, std::uint64_t divisor) { return __udivmoddi4(dividend, divisor, nullptr); }

[[gnu::used]] std::uint64_t __umoddi3(std::uint64_t dividend, std::uint64_t divisor) {
  std::uint64_t remainder;
  __udivmoddi4(dividend, divisor, &remainder);
  return remainder;
}

[[gnu::used]] std::int64_t __divmoddi4(std::int64_t dividend, std::int64_t divisor, std::int64_t* remainder) {
  const auto magnitude = [](std::int64_t v) { return v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v); };
  std::uint64_t rest;
  const std::uint64_t quotient = __udivmoddi4(magnitude(dividend), magnitude(divisor), &rest);
  if (remainder != nullptr) *remainder = static_cast<std::int64_t>(dividend < 0 ? 0 - rest : rest);
  return static_cast<std::int64_t>((dividend < 0) != (divisor < 0) ? 0 - quotient : quotient);
}

[[gnu::used]] std::int64_t __divdi3(std::int64_t dividend, std::int64_t divisor) { return __divmoddi4(dividend, divisor, nullptr); }

[[gnu::used]] std::int64_t __moddi3(std::int64_t dividend, std::int64_t divisor) {
  std::int64_t remainder;
  __divmoddi4(dividend, divisor, &remainder);
  return remainder;
}

// Shifts of 64 bits, which clang calls where it optimises for size.
namespace {
struct Halves {
  std::uint32_t low, high;
};
constexpr std::uint64_t join(Halves h) { return std::uint64_t{h.high} << 32 | h.low; }
}  // namespace
[[gnu::used]] std::uint64_t __ashldi3(std::uint64_t value, int by) {
  const auto low = static_cast<std::uint32_t>(value), high = static_cast<std::uint32_t>(value >> 32);
  if (by >= 32) return join({0, low << (by - 32)});
  return by == 0 ? value : join({low << by, high << by | low >> (32 - by)});
}
[[gnu::used]] std::uint64_t __lshrdi3(std::uint64_t value, int by) {
  const auto low = static_cast<std::uint32_t>(value), high = static_cast<std::uint32_t>(value >> 32);
  if (by >= 32) return join({high >> (by - 32), 0});
  return by == 0 ? value : join({low >> by | high << (32 - by), high >> by});
}
[[gnu::used]] std::int64_t __ashrdi3(std::int64_t value, int by) {
  const auto low = static_cast<std::uint32_t>(value);
  const auto high = static_cast<std::int32_t>(value >> 32);
  if (by >= 32) return static_cast<std::int64_t>(join({static_cast<std::uint32_t>(high >> (by - 32)), static_cast<std::uint32_t>(high >> 31)}));
  if (by == 0) return value;
  return static_cast<std::int64_t>(join({low >> by | static_cast<std::uint32_t>(high) << (32 - by), static_cast<std::uint32_t>(high >> by)}));
}

[[noreturn]] void abort() { bios::panic("a value was taken that was not there (abort)"); }
[[noreturn]] void __cxa_pure_virtual() { bios::panic("a pure virtual function was called"); }

}  // extern "C"

namespace std {
void __throw_bad_optional_access() { bios::panic("an empty optional was read"); }
void __throw_bad_variant_access(const char* why) { bios::panic(why); }
void __throw_out_of_range_fmt(const char* why, ...) { bios::panic(why); }
void __throw_length_error(const char* why) { bios::panic(why); }
void __throw_logic_error(const char* why) { bios::panic(why); }
void __throw_bad_function_call() { bios::panic("an empty function was called"); }
}  // namespace std

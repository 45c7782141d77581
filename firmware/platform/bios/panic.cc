// SPDX-License-Identifier: MPL-2.0
// Nothing here calls the BIOS or allocates: whatever broke may have broken them.
#include "platform/bios/panic.h"

#include "base/text.h"
#include "platform/bios/image_layout.h"
#include "platform/bios/real_mode.h"

extern "C" const std::uint8_t exception_stubs[];

namespace bios {
namespace {

struct Gate {
  std::uint16_t offset_low, selector, type, offset_high;
};
constinit Gate gates[32]{};

/// What exception_common of start.asm finds on the stack; an error code, where there is one, comes before EIP.
struct Frame {
  std::uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
  std::uint32_t stub;
  std::uint32_t rest[4];
};

constexpr std::uint32_t exceptions_with_error_code = 1U << 8 | 0x1fU << 10 | 1U << 17;
constexpr std::uint16_t com1 = 0x3f8;

void put_serial(char c) {
  for (unsigned i = 0; i < 100'000 && (in8(com1 + 5) & 0x20) == 0; ++i) {
  }
  out8(com1, static_cast<std::uint8_t>(c));
}

/// 115200 8N1, as the BIOSes with a serial console have it.
void open_serial() {
  out8(com1 + 1, 0);
  out8(com1 + 3, 0x83);
  out8(com1, 1);
  out8(com1 + 1, 0);
  out8(com1 + 3, 0x03);
}

/// Black on white at the top of the screen, straight into the text memory.
void put_screen(std::string_view text) {
  constexpr std::uint16_t video_mode = 0x49, monochrome = 7, attribute = 0x7000;
  constexpr std::size_t columns = 80, rows = 25;
  auto* const cells = memory_at<volatile std::uint16_t>(bios_data<std::uint8_t>(video_mode) == monochrome ? 0xb0000 : 0xb8000);
  std::size_t at = 0;
  for (char c : text) {
    do {
      if (at == columns * rows) return;
      cells[at++] = static_cast<std::uint16_t>(attribute | (c == '\n' ? ' ' : static_cast<std::uint8_t>(c)));
    } while (c == '\n' && at % columns != 0);
  }
}

[[noreturn]] void show_and_halt(std::string_view text) {
  put_screen(text);
  open_serial();
  for (char c : text) {
    if (c == '\n') put_serial('\r');
    put_serial(c);
  }
  while (true) asm volatile("cli; hlt");
}

void print_stack(base::TextWriter& out, std::uint32_t from) {
  constexpr unsigned words = 24;
  const std::uint32_t end = linear_of(main_stack_top);
  if (from < linear_of(main_stack_bottom) || from >= end) return;
  out.append("\nstack");
  for (unsigned i = 0; i < words && from + 4 * i + 4 <= end; ++i) {
    out.print(i % 8 == 0 && i != 0 ? "\n      {}" : " {}", base::Hex{*memory_at<std::uint32_t>(from + 4 * i), 8});
  }
}

constexpr std::string_view remedy =
    "\nThe machine is halted: switch it off and on. If it happens again, report the lines above.\n";

}  // namespace

void catch_exceptions() {
  constexpr std::uint32_t stub_size = 5;
  constexpr std::uint16_t interrupt_gate32 = 0x8e00;
  for (unsigned i = 0; i < 32; ++i) {
    const std::uint32_t target = linear_of(exception_stubs) + i * stub_size;
    gates[i] = {static_cast<std::uint16_t>(target), selector_code32, interrupt_gate32, static_cast<std::uint16_t>(target >> 16)};
  }
  set_interrupt_table(gates, sizeof gates);
}

void panic(std::string_view why) {
  char buffer[1024];
  base::TextWriter out(buffer);
  const std::uint32_t frame = linear_of(__builtin_frame_address(0));
  out.print("\nchainload has stopped: {}\nversion {}, image at {}\ncalled from {}", why, CHAINLOAD_VERSION,
            base::Hex{linear_of(image_begin), 8},
            base::Hex{linear_of(__builtin_return_address(0)) - linear_of(image_begin), 8});
  print_stack(out, frame);
  out.append(remedy);
  show_and_halt(out.view());
}

extern "C" [[noreturn]] void panic_exception(unsigned vector, const Frame* frame) {
  const bool has_code = (exceptions_with_error_code >> vector & 1) != 0;
  const std::uint32_t* const processor = frame->rest + (has_code ? 1 : 0);
  const std::uint32_t eip = processor[0];
  const std::uint32_t stack = linear_of(processor + 3);
  const auto hex = [](std::uint32_t value) { return base::Hex{value, 8}; };
  char buffer[1536];
  base::TextWriter out(buffer);
  out.print("\nchainload has stopped: processor exception {}", vector);
  if (has_code) out.print(", error code {}", hex(frame->rest[0]));
  out.print("\nversion {}, image at {}, instruction at {} in the image", CHAINLOAD_VERSION, hex(linear_of(image_begin)),
            hex(eip - linear_of(image_begin)));
  out.print("\neip {} cs {} eflags {}", hex(eip), hex(processor[1]), hex(processor[2]));
  out.print("\neax {} ebx {} ecx {} edx {}", hex(frame->eax), hex(frame->ebx), hex(frame->ecx), hex(frame->edx));
  out.print("\nesi {} edi {} ebp {} esp {}", hex(frame->esi), hex(frame->edi), hex(frame->ebp), hex(stack));
  std::uint32_t cr0, cr2;
  asm volatile("movl %%cr0, %0; movl %%cr2, %1" : "=r"(cr0), "=r"(cr2));
  out.print("\ncr0 {} cr2 {}", hex(cr0), hex(cr2));
  print_stack(out, stack);
  out.append(remedy);
  show_and_halt(out.view());
}

}  // namespace bios

// SPDX-License-Identifier: MPL-2.0
// A plugin for QEMU: how many instructions go by from one turn of the firmware's network loop to the next.
//
// A turn begins where the routine begins whose first bytes are told as mark=HEX. At the end each number of
// instructions that was seen is told, with how often. Only what this needs of QEMU's plugin interface,
// version 1 [QEMU: docs/devel/tcg-plugins], is declared: Debian's QEMU comes without its header.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

extern "C" {
using PluginId = std::uint64_t;
struct Block;
struct Instruction;
enum Registers { no_registers };
enum Operation { add_u64 };

[[gnu::visibility("default")]] extern const int qemu_plugin_version;
void qemu_plugin_register_vcpu_tb_trans_cb(PluginId, void (*)(PluginId, Block*));
void qemu_plugin_register_vcpu_tb_exec_cb(Block*, void (*)(unsigned, void*), Registers, void*);
void qemu_plugin_register_vcpu_insn_exec_inline(Instruction*, Operation, void*, std::uint64_t);
void qemu_plugin_register_atexit_cb(PluginId, void (*)(PluginId, void*), void*);
std::size_t qemu_plugin_tb_n_insns(const Block*);
Instruction* qemu_plugin_tb_get_insn(const Block*, std::size_t);
const void* qemu_plugin_insn_data(const Instruction*);
std::size_t qemu_plugin_insn_size(const Instruction*);

const int qemu_plugin_version = 1;
}

namespace {

std::uint64_t instructions = 0;  // so far; QEMU itself adds to it
std::uint64_t turn_began = 0;

struct Told {
  std::vector<std::uint8_t> mark;
  std::string out_path;
  std::map<std::uint64_t, std::uint64_t> turns;
};
Told& told = *new Told;  // never taken down: QEMU asks for the counts when everything else has been

void turn(unsigned, void*) {
  if (turn_began != 0) ++told.turns[instructions - turn_began];
  turn_began = instructions;
}

/// Does the block begin with the mark?
bool is_marked(const Block* block) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < qemu_plugin_tb_n_insns(block) && bytes.size() < told.mark.size(); ++i) {
    const Instruction* one = qemu_plugin_tb_get_insn(block, i);
    const auto* data = static_cast<const std::uint8_t*>(qemu_plugin_insn_data(one));
    bytes.insert(bytes.end(), data, data + qemu_plugin_insn_size(one));
  }
  return bytes.size() >= told.mark.size() && std::equal(told.mark.begin(), told.mark.end(), bytes.begin());
}

void translated(PluginId, Block* block) {
  if (is_marked(block)) qemu_plugin_register_vcpu_tb_exec_cb(block, turn, no_registers, nullptr);
  for (std::size_t i = 0; i < qemu_plugin_tb_n_insns(block); ++i)
    qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(block, i), add_u64, &instructions, 1);
}

void tell(PluginId, void*) {
  std::FILE* out = std::fopen(told.out_path.c_str(), "w");
  if (out == nullptr) return;
  for (const auto& [count, times] : told.turns)
    std::fprintf(out, "%llu %llu\n", static_cast<unsigned long long>(count),
                 static_cast<unsigned long long>(times));
  std::fclose(out);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] int qemu_plugin_install(PluginId id, const void*, int count,
                                                                  char** words) {
  for (int i = 0; i < count; ++i) {
    const std::string word = words[i];
    if (word.starts_with("mark=")) {
      for (std::size_t at = 5; at + 1 < word.size(); at += 2)
        told.mark.push_back(static_cast<std::uint8_t>(std::strtoul(word.substr(at, 2).c_str(), nullptr, 16)));
    } else if (word.starts_with("out=")) {
      told.out_path = word.substr(4);
    }
  }
  if (told.mark.empty() || told.out_path.empty()) {
    std::fputs("count_polls wants mark=HEX,out=FILE\n", stderr);
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, tell, nullptr);
  return 0;
}

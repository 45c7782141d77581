// SPDX-License-Identifier: MPL-2.0
#include "wire/tftp.h"

#include "base/text.h"

namespace wire {

std::optional<TftpPacket> TftpPacket::parse(base::Bytes packet) {
  if (packet.size() < 2) return std::nullopt;
  TftpPacket parsed;
  parsed.packet_ = packet;
  const TftpOpcode opcode = parsed.opcode();
  const bool has_block =
      opcode == TftpOpcode::data || opcode == TftpOpcode::ack || opcode == TftpOpcode::error;
  if (has_block && packet.size() < 4) return std::nullopt;
  return parsed;
}

std::string_view TftpPacket::error_text() const {
  const std::string_view text = base::as_text(packet_.subspan(4));
  return text.substr(0, text.find('\0'));
}

std::optional<std::string_view> TftpOptionWalker::next_string() {
  const std::size_t nul = rest_.find('\0');
  if (nul == std::string_view::npos) {
    was_truncated_ = true;
    return std::nullopt;
  }
  const std::string_view text = rest_.substr(0, nul);
  rest_.remove_prefix(nul + 1);
  return text;
}

std::optional<TftpOptionWalker::Option> TftpOptionWalker::next() {
  if (rest_.empty() || was_truncated_) return std::nullopt;
  const auto name = next_string();
  if (!name) return std::nullopt;
  const auto value = next_string();
  if (!value) return std::nullopt;
  return Option{*name, *value};
}

namespace {

/// Writes an opcode and texts into a packet.
struct PacketWriter {
  explicit PacketWriter(base::MutBytes into, TftpOpcode opcode)
      : room(static_cast<char*>(static_cast<void*>(into.data())), into.size()), writer(room) {
    put16(static_cast<std::uint16_t>(opcode));
  }
  void put16(std::uint16_t value) {
    writer.append(static_cast<char>(value >> 8));
    writer.append(static_cast<char>(value));
  }
  void put_text(std::string_view text) {
    writer.append(text);
    writer.append('\0');
  }
  void put_option(std::string_view name, unsigned value) {
    put_text(name);
    writer.print("{}", value);
    writer.append('\0');
  }
  std::size_t size() const { return writer.overflowed() ? 0 : writer.view().size(); }

  std::span<char> room;
  base::TextWriter writer;
};

}  // namespace

std::size_t emit_tftp_request(base::MutBytes into, std::string_view file, const TftpRequestOptions& options) {
  PacketWriter packet(into, TftpOpcode::read_request);
  packet.put_text(file);
  packet.put_text("octet");
  if (options.block_size != 0) packet.put_option("blksize", options.block_size);
  if (options.transfer_size) packet.put_option("tsize", 0);
  if (options.window_size != 0) packet.put_option("windowsize", options.window_size);
  return packet.size();
}

std::size_t emit_tftp_ack(base::MutBytes into, std::uint16_t block) {
  PacketWriter packet(into, TftpOpcode::ack);
  packet.put16(block);
  return packet.size();
}

std::size_t emit_tftp_error(base::MutBytes into, TftpError code, std::string_view text) {
  PacketWriter packet(into, TftpOpcode::error);
  packet.put16(static_cast<std::uint16_t>(code));
  packet.put_text(text);
  return packet.size();
}

}  // namespace wire

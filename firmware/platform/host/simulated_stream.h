// SPDX-License-Identifier: MPL-2.0
// The server's end of a TCP connection on a simulated network: slow start, fast retransmit, NewReno or SACK
// recovery. It also watches the client: what no client may do is written down as a fault.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/host/simulated_network.h"
#include "wire/tcp.h"

namespace platform::host {

struct TcpBehaviour {
  bool sack = true;
  bool window_scaling = true;
  bool tells_mss = true;
  std::uint16_t mss = 1460;
  unsigned initial_window = 10;  // segments [rfc6928]
  base::Duration timeout = base::Duration::milliseconds(200);
  std::uint16_t receive_window = 65535;
  bool watches_window_edge = true;  // off where the network reorders what the client sends
};

class SimulatedStream {
 public:
  struct Ends {
    base::Ipv4Address local, remote;
    std::uint16_t local_port = 0, remote_port = 0;
  };
  using SendSegment = std::function<void(const wire::TcpRepr&)>;
  using DataHandler = std::function<void(SimulatedStream&, base::Bytes)>;

  SimulatedStream(SimulatedNetwork& network, const Ends& ends, const TcpBehaviour& behaviour,
                  SendSegment send);

  // The application's side.
  void on_data(DataHandler handler) { on_data_ = std::move(handler); }
  /// The client has sent its FIN.
  void on_end(std::function<void(SimulatedStream&)> handler) { on_end_ = std::move(handler); }
  void write(base::Bytes data);
  void write(std::string_view text) { write(base::as_bytes(text)); }
  void close();
  void reset();
  /// What the window of every later segment says.
  void set_receive_window(std::uint16_t window);

  const Ends& ends() const { return ends_; }
  bool is_closed() const { return state_ == State::closed; }
  bool was_reset() const { return was_reset_; }
  bool end_seen() const { return end_seen_; }
  const std::string& received() const { return received_; }
  wire::TcpSequence client_initial() const { return client_initial_; }
  bool all_acknowledged() const { return una_ == data_.size() + (closing_ ? 1 : 0); }
  std::size_t segments_sent() const { return segments_sent_; }
  std::size_t retransmissions() const { return retransmissions_; }
  std::size_t timeouts() const { return timeouts_; }
  std::size_t acks_received() const { return acks_received_; }
  std::size_t largest_window() const { return largest_window_; }
  const std::vector<std::string>& faults() const { return faults_; }

  // The machine.
  void process(const wire::TcpView& segment);

 private:
  enum class State : std::uint8_t { syn_received, open, closed };

  void open(const wire::TcpView& syn);
  void process_ack(const wire::TcpView& segment);
  void note_sack(const wire::TcpOptions& options);
  void receive(const wire::TcpView& segment);
  void enter_recovery();
  void send_more();
  bool repair_one();
  void send_piece(std::size_t offset, std::size_t size);
  void send_ack();
  void send_syn_ack();
  void start_timer();
  void timed_out();
  std::size_t end_offset() const { return data_.size() + (closing_ ? 1 : 0); }
  std::size_t sacked_between(std::size_t from, std::size_t to) const;
  std::size_t lost_below() const;
  std::size_t pipe() const;
  wire::TcpSequence at(std::size_t offset) const { return initial_ + (1 + offset); }
  wire::TcpRepr blank() const;
  void fault(std::string what) { faults_.push_back(std::move(what)); }

  SimulatedNetwork& network_;
  Ends ends_;
  TcpBehaviour behaviour_;
  SendSegment send_;
  DataHandler on_data_;
  std::function<void(SimulatedStream&)> on_end_;
  State state_ = State::syn_received;
  wire::TcpSequence initial_, client_initial_, expected_;
  bool end_seen_ = false, was_reset_ = false, closing_ = false;
  std::string received_;

  // Everything ever written, by offset; the FIN is one offset behind the last byte.
  std::vector<std::uint8_t> data_;
  std::size_t una_ = 0, next_ = 0, high_ = 0;
  std::map<std::size_t, std::size_t> sacked_;  // begin to end
  std::size_t mss_ = 536;
  bool sack_ = false;
  unsigned client_shift_ = 0;
  std::size_t edge_ = 0;  // the client's window reaches to here
  std::size_t window_ = 0, congestion_window_ = 0, threshold_ = SIZE_MAX / 2;
  unsigned repeated_acks_ = 0, back_off_ = 0;
  bool in_recovery_ = false;
  std::size_t recover_ = 0, repaired_to_ = 0;
  std::uint64_t timer_ = 0;  // the running timer's number; older ones mean nothing

  std::size_t segments_sent_ = 0, retransmissions_ = 0, timeouts_ = 0, acks_received_ = 0,
              largest_window_ = 0;
  std::vector<std::string> faults_;
};

}  // namespace platform::host

// SPDX-License-Identifier: MPL-2.0
#include "proto/dns_resolver.h"

#include <algorithm>

#include "base/debug.h"

namespace proto {
using base::ErrorCode;
using base::Instant;

DnsResolver::DnsResolver(std::string_view name, base::Bytes search_list, std::string_view search_domain,
                         std::span<const base::Ipv4Address> servers, std::uint16_t local_port,
                         base::EntropyPool& entropy, Instant now)
    : name_(name),
      search_domain_(search_domain),
      search_list_(search_list),
      servers_(servers),
      local_port_(local_port),
      entropy_(entropy) {
  if (servers_.empty()) {
    failure_.emplace(ErrorCode::not_found,
                     "the name \"{}\" cannot be looked up: DHCP named no DNS server (option 6); use an IPv4 "
                     "address instead",
                     name_);
  } else {
    ask_next_candidate(now);
  }
}

/// Candidate 0 is a name with a dot as it stands; then it in each domain of the list, in the single domain, and last a
/// name without a dot as it stands. False when there is no such candidate.
bool DnsResolver::compose(unsigned candidate) {
  if (candidate == 0 || candidate == last_candidate) {
    const bool has_dot = name_.find('.') != std::string_view::npos;
    return has_dot == (candidate == 0) && wire::normalise_dns_name(name_, question_);
  }
  wire::DnsName listed;
  std::string_view domain = search_domain_;
  if (candidate <= max_search_domains) {
    if (!wire::nth_dns_name(search_list_, candidate - 1, listed)) return false;
    domain = listed;
  }
  base::Text<512> whole;
  return !domain.empty() && !name_.ends_with('.') && whole.print("{}.{}", name_, domain) &&
         wire::normalise_dns_name(whole, question_);
}

void DnsResolver::ask_next_candidate(Instant now) {
  while (candidate_ <= last_candidate) {
    if (compose(candidate_++)) return ask(now);
  }
  if (denier_.is_any()) {
    failure_.emplace(ErrorCode::invalid, "\"{}\" cannot be the name of a server", name_.substr(0, 64));
  } else {
    failure_.emplace(
        ErrorCode::not_found,
        "the name \"{}\" has no address, says the DNS server {}; check its spelling, or use an IPv4 address",
        name_.substr(0, 64), denier_);
  }
}

void DnsResolver::ask(Instant now) {
  id_ = static_cast<std::uint16_t>(entropy_.next());
  tries_ = 0;
  send_at_ = now;
}

void DnsResolver::fail_with_servers() {
  const base::Ipv4Address server = servers_[0];
  if (last_code_) {
    failure_.emplace(
        ErrorCode::refused,
        "the name \"{}\" could not be looked up: DNS server {} failed with code {}; use an IPv4 address, or "
        "another DNS server",
        name_.substr(0, 64), server, static_cast<unsigned>(*last_code_));
  } else if (report_) {
    failure_.emplace(ErrorCode::refused, "the name \"{}\" could not be looked up: {}", name_.substr(0, 64),
                     report_->sentence().sentence());
  } else {
    failure_.emplace(ErrorCode::timed_out,
                     "the name \"{}\" could not be looked up: no answer from DNS server {}; check DHCP "
                     "option 6, or use an "
                     "IPv4 address",
                     name_.substr(0, 64), server);
  }
}

void DnsResolver::process(const net::UdpDatagram& datagram, Instant now) {
  if (is_finished() || datagram.source_port != wire::dns_port) return;
  const auto asked = servers_.first(std::min<std::size_t>(tries_, servers_.size()));
  if (std::find(asked.begin(), asked.end(), datagram.source) == asked.end()) return;
  const auto message = wire::DnsMessage::parse(datagram.payload);
  if (!message || !message->is_response() || message->id() != id_ || !message->answers(question_)) return;

  DEBUG_LINE(dns, log, "{} answers with code {}", datagram.source, static_cast<unsigned>(message->code()));
  if (message->code() == wire::DnsCode::name_error) {
    denier_ = datagram.source;
    return ask_next_candidate(now);
  }
  if (message->code() != wire::DnsCode::no_error) {
    last_code_ = message->code();
    send_at_ = now;  // the next server may know
    return;
  }
  wire::DnsName name = question_;
  base::Ipv4Address address;
  switch (message->find_address(name, address)) {
    case wire::DnsMessage::Found::address:
      address_ = address;
      DEBUG_LINE(dns, log, "{} is {}", std::string_view(name), address);
      return;
    case wire::DnsMessage::Found::alias:
      if (++aliases_ > max_aliases) {
        failure_.emplace(ErrorCode::malformed,
                         "the name \"{}\" is an alias of an alias without end; use an IPv4 address",
                         name_.substr(0, 64));
        return;
      }
      question_ = name;
      return ask(now);
    case wire::DnsMessage::Found::nothing:
      if (message->is_truncated()) break;
      denier_ = datagram.source;
      return ask_next_candidate(now);
    case wire::DnsMessage::Found::malformed:
      break;
  }
  // As good as no answer: the next server, or the same one again, is asked in time.
}

void DnsResolver::process_icmp(const net::IcmpReport& report, Instant now) {
  if (is_finished() || tries_ == 0 || report.error.destination_port != wire::dns_port) return;
  report_ = report;
  // A late report about an earlier server changes nothing.
  if (report.error.destination == servers_[(tries_ - 1) % servers_.size()]) send_at_ = now;
}

std::optional<net::UdpOutgoing> DnsResolver::transmit(base::MutBytes payload, Instant now) {
  if (is_finished() || now < send_at_) return std::nullopt;
  const auto count = static_cast<unsigned>(servers_.size());
  if (tries_ == max_rounds * count) {
    fail_with_servers();
    return std::nullopt;
  }
  net::UdpOutgoing outgoing;
  outgoing.destination = servers_[tries_ % count];
  outgoing.source_port = local_port_;
  outgoing.destination_port = wire::dns_port;
  outgoing.payload_size = wire::emit_dns_question(payload, id_, question_);
  send_at_ = now + base::Duration::seconds(1 << (tries_ / count));
  ++tries_;
  DEBUG_LINE(dns, log, "asks {} for {}, id {}, try {}", outgoing.destination, std::string_view(question_), id_, tries_);
  return outgoing;
}

}  // namespace proto

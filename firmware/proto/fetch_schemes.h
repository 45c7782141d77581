// SPDX-License-Identifier: MPL-2.0
// What fetch() chooses from: one conversation per scheme.
#pragma once

#include "proto/fetch.h"

namespace proto {

base::Result<Fetched> fetch_tftp(FetchContext& context, const Uri& uri, Sink sink);
base::Result<Fetched> fetch_http(FetchContext& context, const Uri& uri, Sink sink);

/// How long nothing may come before it is said.
inline constexpr base::Duration silence = base::Duration::seconds(5);
/// On a line of its own: "Nothing from SERVER for 10 s, trying on".
void tell_of_silence(FetchContext& context, base::Ipv4Address server, base::Duration lasted);

base::Error cancelled_by_user();
/// A sentence when packets to `server` have nowhere to go.
base::Status check_route(FetchContext& context, base::Ipv4Address server);
/// No machine of ours waits for ever, but if one did: nobody answers ARP for the way to `server`.
base::Error nobody_answers_arp(FetchContext& context, base::Ipv4Address server);

}  // namespace proto

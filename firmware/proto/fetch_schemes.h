// SPDX-License-Identifier: MPL-2.0
// What fetch() chooses from: one conversation per scheme.
#pragma once

#include "proto/fetch.h"

namespace proto {

base::Result<Fetched> fetch_tftp(FetchContext& context, const Uri& uri, Sink sink);
base::Result<Fetched> fetch_http(FetchContext& context, const Uri& uri, Sink sink);

base::Error cancelled_by_user();
/// A sentence when packets to `server` have nowhere to go.
base::Status check_route(FetchContext& context, base::Ipv4Address server);
/// No machine of ours waits for ever, but if one did: nobody answers ARP for the way to `server`.
base::Error nobody_answers_arp(FetchContext& context, base::Ipv4Address server);

}  // namespace proto

// SPDX-License-Identifier: MPL-2.0
// The functions behind the table in commands.cc, file by file. Each gets the Session as its context.
#pragma once

#include "flow/session.h"

namespace flow {

inline Session& session_of(void* context) {
  return *static_cast<Session*>(context);
}
/// For what the usage line cannot say: numbers that are none.
base::Error wrong_usage(Session& session, const script::Call& call);

// script_commands.cc
base::Status echo(void* context, const script::Call& call);
base::Status set(void* context, const script::Call& call);
base::Status clear(void* context, const script::Call& call);
base::Status show(void* context, const script::Call& call);
base::Status config(void* context, const script::Call& call);
base::Status iseq(void* context, const script::Call& call);
base::Status isset(void* context, const script::Call& call);
base::Status inc(void* context, const script::Call& call);
base::Status go_to(void* context, const script::Call& call);
base::Status sleep(void* context, const script::Call& call);
base::Status time(void* context, const script::Call& call);
base::Status exit(void* context, const script::Call& call);
base::Status dmesg(void* context, const script::Call& call);
base::Status help(void* context, const script::Call& call);
base::Status sync(void* context, const script::Call& call);

// dialog_commands.cc
base::Status prompt(void* context, const script::Call& call);
base::Status read(void* context, const script::Call& call);
base::Status login(void* context, const script::Call& call);
base::Status menu(void* context, const script::Call& call);
base::Status item(void* context, const script::Call& call);
base::Status choose(void* context, const script::Call& call);
base::Status shell(void* context, const script::Call& call);

// form_commands.cc
base::Status params(void* context, const script::Call& call);
base::Status param(void* context, const script::Call& call);

// image_commands.cc
base::Status chain(void* context, const script::Call& call);
base::Status kernel(void* context, const script::Call& call);
base::Status initrd(void* context, const script::Call& call);
base::Status imgfetch(void* context, const script::Call& call);
base::Status imgextract(void* context, const script::Call& call);
base::Status imgargs(void* context, const script::Call& call);
base::Status imgselect(void* context, const script::Call& call);
base::Status boot(void* context, const script::Call& call);
base::Status imgstat(void* context, const script::Call& call);
base::Status imgfree(void* context, const script::Call& call);
base::Status digest_sum(void* context, const script::Call& call);

// network_commands.cc
base::Status dhcp(void* context, const script::Call& call);
base::Status ifopen(void* context, const script::Call& call);
base::Status ifclose(void* context, const script::Call& call);
base::Status ifstat(void* context, const script::Call& call);
base::Status route(void* context, const script::Call& call);
base::Status nslookup(void* context, const script::Call& call);
base::Status ntp(void* context, const script::Call& call);
base::Status ping(void* context, const script::Call& call);
base::Status pxebs(void* context, const script::Call& call);
base::Status autoboot(void* context, const script::Call& call);

// machine_commands.cc
base::Status cpuid(void* context, const script::Call& call);
base::Status reboot(void* context, const script::Call& call);
base::Status poweroff(void* context, const script::Call& call);
base::Status sanboot(void* context, const script::Call& call);

}  // namespace flow

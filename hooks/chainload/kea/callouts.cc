// SPDX-License-Identifier: MPL-2.0
// Kea's entry points. Each reads its arguments, calls the one Library object, and lets no exception out.
#include <dhcp/pkt4.h>
#include <hooks/hooks.h>
#include <process/daemon.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "commands/command.h"
#include "compat.h"
#include "library.h"
#include "log.h"
#include "other_copies.h"
#include "own_thread.h"
#include "process_marks.h"

#define CHAINLOAD_ENTRY extern "C" __attribute__((visibility("default")))

namespace {

using chainload::kea::Library;
using isc::data::ConstElementPtr;
using isc::hooks::CalloutHandle;
using isc::hooks::LibraryHandle;

std::unique_ptr<Library> library;
std::string stands_aside;  // why this load does nothing

void log_failure(const isc::dhcp::Pkt4Ptr& query, const char* what) noexcept {
  try {
    if (library) library->statistics().add(chainload::kea::Counted::failed);
    LOG_ERROR(chainload::kea::logger, CHAINLOAD_PACKET_FAILED)
        .arg(query ? query->getLabel() : "an unknown client")
        .arg(what);
  } catch (...) {  // nothing is left to say it with
  }
}

/// Null where the server gives no such argument.
ConstElementPtr argument_of(CalloutHandle& handle, const char* name) {
  ConstElementPtr value;
  try {
    handle.getArgument(name, value);
  } catch (const isc::hooks::NoSuchArgument&) {  // an empty one is left
  }
  return value;
}

/// Every command of this library: which one, the command itself says.
int chainload_command(CalloutHandle& handle) {
  ConstElementPtr command;
  handle.getArgument("command", command);
  handle.setArgument("response", chainload::kea::answer_command(*library, command));
  return 0;
}

/// This load does nothing, and the callout that the server asks when it has taken a configuration on says why: where the
/// server serves already, a load that fails would leave it alive and deaf.
void stand_aside(const std::string& why) {
  stands_aside = why;
  LOG_ERROR(chainload::kea::logger, CHAINLOAD_LOAD_REFUSED).arg(why);
}

/// Two that answer would carry out every command twice and count every boot twice.
void leave_it_to(const std::string& other, LibraryHandle& handle) {
  stand_aside("it stands in hooks-libraries more than once, and is in use already as " + other +
              ": keep one entry and remove the others");
  handle.deregisterAllCallouts("pkt4_send");
  if (library) handle.deregisterAllCallouts("dhcp4_srv_configured");  // of the same file: the first entry's is enough
}

int refuse_configuration(CalloutHandle& handle, const std::string& error) {
  handle.setArgument("error", "libdhcp_chainload: " + error);
  handle.setStatus(CalloutHandle::NEXT_STEP_DROP);
  chainload::kea::keep_answering(argument_of(handle, "json_config"));
  return 0;
}

}  // namespace

CHAINLOAD_ENTRY int version() {
  return KEA_HOOKS_VERSION;
}

CHAINLOAD_ENTRY int multi_threading_compatible() {
  return 1;
}

/// See other_copies.h.
CHAINLOAD_ENTRY int chainload_is_in_use() {
  return library ? 1 : 0;
}

/// Reads only: `kea-dhcp4 -T` runs it beside a live server.
CHAINLOAD_ENTRY int load(LibraryHandle& handle) {
  try {
    const std::string process = isc::process::Daemon::getProcName();
    if (process != "kea-dhcp4") {
      const std::string why = "it answers DHCPv4 queries and can be loaded by kea-dhcp4 only, not by " + process +
                              ": remove it from this server's hooks-libraries";
      if (process != "kea-dhcp6" || !chainload::kea::is_serving_already()) throw std::runtime_error(why);
      stand_aside(why);
      return 0;
    }
    if (const auto other = chainload::kea::copy_in_use()) {
      leave_it_to(*other, handle);
      return 0;
    }
    const bool is_reload = chainload::kea::is_serving_already();
    library = chainload::kea::on_own_thread(
        [&] { return std::make_unique<Library>(handle.getParameters(), is_reload); });
    for (const chainload::kea::Command& command : chainload::kea::commands()) {
      handle.registerCommandCallout(command.name, chainload_command);
    }
  } catch (const std::exception& error) {
    library.reset();
    LOG_ERROR(chainload::kea::logger, CHAINLOAD_LOAD_REFUSED).arg(error.what());
    return 1;
  }
  return 0;
}

CHAINLOAD_ENTRY int unload() {
  if (library) {
    LOG_INFO(chainload::kea::logger, CHAINLOAD_UNLOADED)
        .arg(library->statistics().counters().of(chainload::kea::Counted::booted));
  }
  library.reset();
  stands_aside.clear();
  return 0;
}

/// The server has taken the configuration on: its contexts are read, and what is wrong is reported so that
/// config-set says so.
CHAINLOAD_ENTRY int dhcp4_srv_configured(CalloutHandle& handle) {
  try {
    if (library) library->configured(argument_of(handle, "json_config"));
    if (!stands_aside.empty()) return refuse_configuration(handle, stands_aside);
    if (library && !library->load_error().empty()) return refuse_configuration(handle, library->load_error());
  } catch (const std::exception& error) {
    return refuse_configuration(handle, std::string("the configuration could not be read: ") + error.what());
  }
  return 0;
}

/// A kea-dhcp6 that serves already was told to load this library.
CHAINLOAD_ENTRY int dhcp6_srv_configured(CalloutHandle& handle) {
  return stands_aside.empty() ? 0 : refuse_configuration(handle, stands_aside);
}

/// Last in the life of a query, after classes, subnets and reservations, and therefore over them.
CHAINLOAD_ENTRY int pkt4_send(CalloutHandle& handle) {
  isc::dhcp::Pkt4Ptr query;
  try {
    const auto status = handle.getStatus();
    if (!library || status == CalloutHandle::NEXT_STEP_DROP) return 0;
    isc::dhcp::Pkt4Ptr reply;
    handle.getArgument("query4", query);
    handle.getArgument("response4", reply);
    if (query && reply) library->answer(*query, *reply, status == CalloutHandle::NEXT_STEP_SKIP);
  } catch (const std::exception& error) {
    log_failure(query, error.what());
  } catch (...) {
    log_failure(query, "an error of unknown kind");
  }
  return 0;
}

// SPDX-License-Identifier: MPL-2.0
// Kea's entry points. Each reads its arguments, calls the one Library object, and lets no exception out.
#include <dhcp/pkt4.h>
#include <hooks/hooks.h>
#include <process/daemon.h>

#include <memory>
#include <string>

#include "commands/command.h"
#include "compat.h"
#include "library.h"
#include "log.h"
#include "process_marks.h"

#define CHAINLOAD_ENTRY extern "C" __attribute__((visibility("default")))

namespace {

using chainload::kea::Library;
using isc::data::ConstElementPtr;
using isc::hooks::CalloutHandle;
using isc::hooks::LibraryHandle;

std::unique_ptr<Library> library;

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

}  // namespace

CHAINLOAD_ENTRY int version() {
  return KEA_HOOKS_VERSION;
}

CHAINLOAD_ENTRY int multi_threading_compatible() {
  return 1;
}

/// Reads only: `kea-dhcp4 -T` runs it beside a live server.
CHAINLOAD_ENTRY int load(LibraryHandle& handle) {
  try {
    const std::string process = isc::process::Daemon::getProcName();
    if (process != "kea-dhcp4") {
      LOG_ERROR(chainload::kea::logger, CHAINLOAD_LOAD_REFUSED)
          .arg("it answers DHCPv4 queries and can be loaded by kea-dhcp4 only, not by " + process +
               ": remove it from this server's hooks-libraries");
      return 1;
    }
    library = std::make_unique<Library>(handle.getParameters(), chainload::kea::is_serving_already());
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
  return 0;
}

/// The server has taken the configuration on: its contexts are read, and what is wrong is reported so that
/// config-set says so.
CHAINLOAD_ENTRY int dhcp4_srv_configured(CalloutHandle& handle) {
  if (!library) return 0;
  try {
    library->configured(argument_of(handle, "json_config"));
    if (library->load_error().empty()) return 0;
    handle.setArgument("error", "libdhcp_chainload: " + library->load_error());
  } catch (const std::exception& error) {
    handle.setArgument(
        "error", std::string("libdhcp_chainload: the configuration could not be read: ") + error.what());
  }
  handle.setStatus(CalloutHandle::NEXT_STEP_DROP);
  return 0;
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

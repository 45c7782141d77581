// SPDX-License-Identifier: MPL-2.0
// Playing the server's part around the library.
#include "loaded_library.h"

#include <cc/command_interpreter.h>
#include <dhcp/dhcp4.h>
#include <hooks/hooks_manager.h>
#include <log/logger_support.h>
#include <process/daemon.h>
#include <stats/stats_mgr.h>

#include <cstdlib>
#include <filesystem>

#include "kea/compat.h"

namespace chainload::tests {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::hooks::CalloutHandle;
using isc::hooks::HooksManager;
using isc::hooks::ServerHooks;

int hook_index(const char* name) {
  return ServerHooks::getServerHooks().getIndex(name);
}

// CHAINLOAD_HOOK_LIBRARY: that of another build, which another compiler made.
std::string library_under_test() {
  const char* other = std::getenv("CHAINLOAD_HOOK_LIBRARY");
  return other != nullptr ? other : HOOK_LIBRARY;
}

void forget_hook_points() {
  ServerHooks::getServerHooks().reset();
  HooksManager::registerHook("pkt4_send");
  HooksManager::registerHook("dhcp4_srv_configured");
}

}  // namespace

LoadedLibrary::LoadedLibrary() {
  static const bool logging_is_ready = [] {
    // Messages go to standard error; KEA_LOGGER_DESTINATION and KEA_LOGGER_SEVERITY change that.
    ::setenv("KEA_LOCKFILE_DIR", "none", 0);
    isc::log::initLogger("kea-dhcp4", isc::log::INFO, 0, nullptr);
    return true;
  }();
  static_cast<void>(logging_is_ready);
  isc::process::Daemon::setProcName("kea-dhcp4");
  isc::stats::StatsMgr::instance().removeAll();
  forget_hook_points();
  std::string pattern = std::filesystem::temp_directory_path() / "chainload-test-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a directory for the test");
  directory_ = pattern;
}

LoadedLibrary::~LoadedLibrary() {
  unload();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

bool LoadedLibrary::load(const std::string& parameters) {
  unload();
  std::string text = parameters;
  const std::string word = "@STATE@";
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;) {
    text.replace(at, word.size(), state_directory());
  }
  const ConstElementPtr element = text.empty() ? ConstElementPtr() : ConstElementPtr(Element::fromJSON(text));
  return HooksManager::loadLibraries({kea::hook_library(library_under_test(), element)});
}

void LoadedLibrary::unload() {
  HooksManager::prepareUnloadLibraries();
  HooksManager::unloadLibraries();
}

void LoadedLibrary::pretend_server_has_served() {
  isc::stats::StatsMgr::instance().setValue("declined-addresses", static_cast<std::int64_t>(0));
}

Configured LoadedLibrary::configured(const std::string& dhcp4) {
  const auto handle = HooksManager::createCalloutHandle();
  if (!dhcp4.empty()) handle->setArgument("json_config", ConstElementPtr(Element::fromJSON(dhcp4)));
  HooksManager::callCallouts(hook_index("dhcp4_srv_configured"), *handle);
  Configured configured;
  configured.dropped = handle->getStatus() == CalloutHandle::NEXT_STEP_DROP;
  if (configured.dropped) handle->getArgument("error", configured.error);
  return configured;
}

Answer LoadedLibrary::command(const std::string& name, const std::string& arguments) {
  const std::string text = arguments.empty()
                               ? R"({"command": ")" + name + "\"}"
                               : R"({"command": ")" + name + R"(", "arguments": )" + arguments + "}";
  return command(Element::fromJSON(text));
}

Answer LoadedLibrary::command(const ConstElementPtr& whole) {
  const auto handle = HooksManager::createCalloutHandle();
  handle->setArgument("command", whole);
  HooksManager::callCommandHandlers(whole->get("command")->stringValue(), *handle);
  ConstElementPtr response;
  handle->getArgument("response", response);
  Answer answer;
  answer.result = static_cast<int>(response->get("result")->intValue());
  if (const auto sentence = response->get("text")) answer.text = sentence->stringValue();
  answer.arguments = response->get("arguments");
  return answer;
}

isc::dhcp::Pkt4Ptr LoadedLibrary::query_of(core::Bytes payload) {
  isc::dhcp::Pkt4Ptr query(new isc::dhcp::Pkt4(payload.data(), payload.size()));
  query->unpack();
  return query;
}

isc::dhcp::Pkt4Ptr LoadedLibrary::reply_to(const isc::dhcp::Pkt4Ptr& query, std::uint8_t type) {
  isc::dhcp::Pkt4Ptr reply(new isc::dhcp::Pkt4(type, query->getTransid()));
  reply->setHWAddr(query->getHWAddr());
  reply->setYiaddr(isc::asiolink::IOAddress("192.0.2.100"));
  return reply;
}

isc::dhcp::Pkt4Ptr LoadedLibrary::offer_to(const isc::dhcp::Pkt4Ptr& query, const std::string& yiaddr) {
  const isc::dhcp::Pkt4Ptr offer = reply_to(query, isc::dhcp::DHCPOFFER);
  offer->setYiaddr(isc::asiolink::IOAddress(yiaddr));
  return offer;
}

int LoadedLibrary::send(const isc::dhcp::Pkt4Ptr& query, const isc::dhcp::Pkt4Ptr& reply) {
  const auto handle = HooksManager::createCalloutHandle();
  handle->setArgument("query4", query);
  handle->setArgument("response4", reply);
  HooksManager::callCallouts(hook_index("pkt4_send"), *handle);
  return handle->getStatus();
}

std::vector<std::uint8_t> LoadedLibrary::packed(const isc::dhcp::Pkt4Ptr& reply) {
  reply->pack();
  const auto& buffer = reply->getBuffer();
  const auto* octets = static_cast<const std::uint8_t*>(buffer.getData());
  return {octets, octets + buffer.getLength()};
}

std::string LoadedLibrary::file_of(const isc::dhcp::Pkt4Ptr& reply) {
  const auto file = reply->getFile();
  return reinterpret_cast<const char*>(file.data());
}

std::string LoadedLibrary::option_of(const isc::dhcp::Pkt4Ptr& reply, std::uint8_t code) {
  if (reply->options_.count(code) > 1) return "more than one";
  const auto found = reply->options_.find(code);
  if (found == reply->options_.end()) return "absent";
  const auto octets = found->second->toBinary();
  return {octets.begin(), octets.end()};
}

}  // namespace chainload::tests

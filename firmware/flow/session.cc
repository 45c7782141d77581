// SPDX-License-Identifier: MPL-2.0
#include "flow/session.h"

#include <algorithm>
#include <new>

#include "base/debug.h"
#include "base/features.h"
#include "flow/commands.h"
#include "flow/download_progress.h"
#include "flow/loop_check.h"
#include "image/gunzip.h"
#include "image/identify.h"

namespace flow {

using base::Error;
using base::ErrorCode;

Session::Session(net::Loop& loop, const Memory& memory)
    : loop_(loop),
      settings_arena_("settings", memory.settings),
      images_arena_("images", memory.images),
      scripts_arena_("scripts", memory.scripts),
      store_(settings_arena_, machine_of(loop.platform(), machine_room_)),
      images_(images_arena_, platform().download_region(), platform().physical(platform().download_region())),
      commands_{command_list(), this, [](void* self) { return static_cast<Session*>(self)->take_stop(); }},
      interpreter_(commands_, store_, scripts_arena_),
      fetching_{.loop = loop, .dns_servers = {}, .search_domain = {}},
      menus_(scripts_arena_),
      forms_(scripts_arena_) {
  if (base::features::log.is_built) static_cast<void>(loop_.attach(syslog_endpoint_));  // the first: there is room
}

script::Stop Session::take_stop() {
  loop_.step();  // a script that only computes must be able to be stopped, too
  if (!loop_.cancelled()) return script::Stop::none;
  if (loop_.cancelled_by() == shell_key) return script::Stop::script;
  loop_.clear_cancelled();
  return script::Stop::command;
}

namespace {

struct TimingSetting {
  std::string_view name;
  base::Duration proto::DhcpTiming::*member;
};
constexpr TimingSetting timing_settings[] = {
    {"dhcp-timeout", &proto::DhcpTiming::total},
    {"dhcp-first-wait", &proto::DhcpTiming::first_wait},
    {"dhcp-longest-wait", &proto::DhcpTiming::longest_wait},
    {"proxydhcp-timeout", &proto::DhcpTiming::proxy_wait},
    {"pxebs-timeout", &proto::DhcpTiming::boot_server_wait},
};
constexpr std::uint32_t least_wait_ms = 10;  // between packets

}  // namespace

base::Status Session::prepare(Asking& asking) {
  const platform::BootInfo& info = platform().boot_info();
  proto::DhcpIdentity& identity = asking.identity;
  identity.mac = loop_.interface().mac();
  identity.client_architecture = info.client_architecture;
  identity.undi_major = info.undi_major;
  identity.undi_minor = info.undi_minor;
  identity.uuid = info.uuid;
  if (info.pci) identity.pci = proto::DhcpIdentity::PciId{info.pci->vendor, info.pci->device};
  // Only what was set by hand: an ACK may carry the options as well.
  store_.set_packets({}, {});
  base::TextWriter class_writer(asking.user_class);
  if (store_.format("user-class:string", class_writer)) identity.user_class = class_writer.view();
  settings::Store::Scratch scratch;
  asking.timing.always_broadcast = store_.find("dhcp-broadcast", scratch).has_value();
  for (const TimingSetting& setting : timing_settings) {
    char room[32];
    base::TextWriter writer(room);
    std::uint32_t milliseconds = 0;
    if (!store_.format(setting.name, writer)) continue;
    if (!script::parse_number(writer.view(), milliseconds)) {
      return Error(ErrorCode::invalid, "Setting \"{}\" is \"{}\": it wants a number of milliseconds",
                   setting.name, writer.view());
    }
    asking.timing.*setting.member = base::Duration::milliseconds(std::max(milliseconds, least_wait_ms));
  }
  return base::Done{};
}

base::Status Session::dhcp(const wire::PxeBootServers* servers, std::uint32_t most_ms) {
  Asking asking;
  base::Status status = prepare(asking);
  if (most_ms != 0) asking.timing.total = base::Duration::milliseconds(most_ms);
  if (status.ok()) {
    console().print("{} (net0 {})...", servers == nullptr ? "DHCP" : "PXE boot server", asking.identity.mac);
    status = proto::acquire(loop_, asking.identity, asking.timing, lease_, servers);
    console().write(status.ok() ? " ok\n" : "\n");
  }
  if (!status.ok() && servers == nullptr) lease_.ack.size = lease_.proxy.size = 0;
  store_.set_packets(lease_.ack.view(), lease_.proxy.view());
  if (status.ok() && servers == nullptr) print_address();
  return status;
}

void Session::print_address() {
  const net::Ipv4Config& config = loop_.interface().config();
  console().print("net0: {}/{}", config.address, config.netmask);
  if (!config.gateway.is_any()) console().print(" gw {}", config.gateway);
  console().write("\n");
  for (const net::Route& route : config.routes) {
    if (!route.netmask.is_any())
      console().print("  {}/{} gw {}\n", route.network, route.netmask, route.router);
  }
}

base::Result<proto::Uri> Session::resolve(std::string_view reference) const {
  if (script_uri_ != nullptr) return script_uri_->resolve(reference);
  const base::Ipv4Address server = store_.find_ipv4("next-server");
  return server.is_any() ? proto::Uri::parse(reference) : proto::Uri::from_boot_file(reference, server);
}

proto::FetchContext& Session::fetching() {
  settings::Store::Scratch scratch;
  std::size_t count = 0;
  if (const auto value = store_.find("dns", scratch)) {
    base::Bytes rest = value->bytes;
    for (; rest.size() >= 4 && count < name_servers_.size(); rest = rest.subspan(4)) {
      name_servers_[count++] = {base::load_be32(rest.data())};
    }
  }
  fetching_.dns_servers = std::span(name_servers_).first(count);
  char domain[255];
  base::TextWriter writer(domain);
  static_cast<void>(store_.format("domain:string", writer));
  search_domain_.assign(writer.view());
  fetching_.search_domain = search_domain_;
  const auto list = store_.find("119", search_list_);
  fetching_.search_list = list ? list->bytes : base::Bytes{};
  // An address that was set by hand counts from the next download on.
  const base::Ipv4Address address = store_.find_ipv4("net0/ip");
  if (!address.is_any() && address != loop_.interface().config().address) {
    loop_.interface().configure(
        {.address = address, .netmask = store_.find_ipv4("netmask"), .gateway = store_.find_ipv4("gateway")});
  }
  return fetching_;
}

base::Result<image::Image*> Session::download(const proto::Uri& uri, std::string_view name) {
  if (name.empty()) name = uri.file_name();
  if (name.empty()) name = uri.host();
  auto begun = images_.begin(name, uri.text());
  if (!begun.ok()) return begun;
  image::Image& image = **begun;
  console().print("{}...", uri.text());
  DownloadProgress progress(*this, image);
  auto fetched = proto::fetch(fetching(), uri, progress.sink());
  progress.end();
  loop_.step();  // a card may have queued our last word to the server, and what comes now can take long
  base::Status status =
      fetched.ok() ? images_.set_uri(image, fetched->final_uri.text()) : base::Status(fetched.error());
  if (!status.ok()) {
    console().write("\n");
    static_cast<void>(images_.free(image));
    return status.error();
  }
  images_.finish(image);
  DEBUG_LINE(image, log, "{} has {} bytes at {}", image.name, image.size, base::Hex{image.address.value, 8});
  console().write(" ok\n");
  if (fetched->is_gzip_encoded && image::is_gzip(image.bytes())) return unpack(image, image.name, false);
  return &image;
}

base::Result<image::Image*> Session::unpack(image::Image& packed, std::string_view name, bool keeps_packed) {
  auto begun = images_.begin(name, packed.uri);
  if (!begun.ok()) return begun;
  image::Image& image = **begun;
  auto size = image::gunzip(packed.bytes(), packed.name, image.room);
  base::Status status = size.ok() ? images_.set_arguments(image, packed.arguments) : base::Status(size.error());
  if (!status.ok()) {
    static_cast<void>(images_.free(image));
    return status.error();
  }
  image.size = *size;
  image.role = packed.role;
  image.is_temporary = packed.is_temporary;
  images_.finish(image);
  if (!keeps_packed) static_cast<void>(images_.free(packed));
  return &image;
}

base::Status Session::replace_script(image::Image& image) {
  if (script_uri_ == nullptr) return start(image);
  replacement_ = &image;
  interpreter_.stop();
  return base::Done{};
}

base::Status Session::start(image::Image& first) {
  image::Image* image = &first;
  for (;;) {
    if (image::is_gzip(image->bytes())) {
      auto unpacked = unpack(*image, image->name, false);
      if (!unpacked.ok()) return unpacked.error();
      image = *unpacked;
    }
    base::Status status = start_without_freeing(*image);
    if (image->is_temporary && !image->in_use) static_cast<void>(images_.free(*image));
    if (replacement_ == nullptr) return status;
    image = replacement_;
    replacement_ = nullptr;
  }
}

base::Status Session::run_script(image::Image& image) {
  if (image.in_use)
    return Error(ErrorCode::refused, "{} is running already: a script cannot start itself", image.name);
  auto uri = proto::Uri::parse(image.uri);
  if (!uri.ok()) return uri.error();
  const proto::Uri* const outer = script_uri_;
  const auto set_script = [&](const proto::Uri* script) {
    script_uri_ = script;
    store_.set_current_uri(script == nullptr ? std::string_view() : script->text());
  };
  set_script(&*uri);
  image.in_use = true;
  std::string_view text = base::as_text(image.bytes());
  if (text.starts_with(image::byte_order_mark)) text.remove_prefix(image::byte_order_mark.size());
  base::Status status = interpreter_.run(text, image.name);
  image.in_use = false;
  set_script(outer);
  return status;
}

base::Status Session::load(image::Image& image, image::LoadWork& work, bool is_linux) {
  const base::MemoryMap& free = platform().memory();
  auto plan = is_linux ? image::plan_linux(work, images_, image, free)
                       : image::plan_network_boot_program(work, images_, image, free);
  return plan.ok() ? execute(*plan) : base::Status(plan.error());
}

void Session::take_leave() {
  fetching_.kept.drop();
  for (int turns = 0; turns < 4; ++turns) loop_.step();
}

namespace {

[[maybe_unused]] void tell(const base::LoadPlan& plan) {
  DEBUG_LINE(exec, log, "way {}, segment {}, stack {}, drive {}", static_cast<unsigned>(plan.start),
             base::Hex{plan.segment, 4}, base::Hex{plan.stack_top, 4}, base::Hex{plan.drive, 2});
  for ([[maybe_unused]] const base::LoadMove& move : plan.moves) {
    DEBUG_LINE(exec, extra, "{} bytes from {} to {}, and {} zeros", move.size, base::Hex{move.from.value, 8},
               base::Hex{move.to.value, 8}, move.zero_after);
  }
}

}  // namespace

base::Status Session::execute(const base::LoadPlan& plan) {
  if constexpr (base::debug::exec.levels != 0) tell(plan);
  take_leave();
  return platform().execute(plan);
}

base::Status Session::start_without_freeing(image::Image& image) {
  const image::Kind kind = image::identify(image.bytes());
  if (kind == image::Kind::script) return run_script(image);
  if (!image::is_bootable(kind)) return image::refusal(kind, image.name);
  const bool is_linux = kind == image::Kind::linux_kernel;
  if (!is_linux) warn_of_loop(*this, image);
  void* memory = images_arena_.allocate(sizeof(image::LoadWork));
  if (memory == nullptr)
    return Error(ErrorCode::no_memory, "No memory to start {}: free images with imgfree", image.name);
  base::Status status = load(image, *new (memory) image::LoadWork, is_linux);
  images_arena_.release(memory);
  return status;
}

}  // namespace flow

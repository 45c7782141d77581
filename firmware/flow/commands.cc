// SPDX-License-Identifier: MPL-2.0
// The command table. A usage line is also the specification of what the command takes: see script/call.h.
#include "flow/commands.h"

#include "base/features.h"
#include "flow/command_functions.h"

namespace flow {

base::Error wrong_usage(Session& session, const script::Call& call) {
  return script::wrong_usage(*session.commands().find(call.name));
}

namespace {

constexpr std::string_view run_usage =
    "[-n|--name NAME] [-t|--timeout MS] [-a|--autofree] [-r|--replace] URI [ARGUMENT...]";
constexpr std::string_view fetch_usage = "[-n|--name NAME] [-t|--timeout MS] [-a|--autofree] URI [ARGUMENT...]";
constexpr std::string_view initrd_usage = "[-n|--name NAME] [-t|--timeout MS] [-a|--autofree] URI [PATH] [mode=MODE]";
constexpr std::string_view start_usage =
    "[-n|--name NAME] [-t|--timeout MS] [-a|--autofree] [-r|--replace] [NAME] [ARGUMENT...]";
constexpr std::string_view sum_usage = "[-e|--expect HEX] NAME...";
constexpr std::string_view cards = "[net0...]";
constexpr std::string_view ask_usage = "[-c|--configurator dhcp] [-t|--timeout MS] [net0...]";

using Function = base::Status (*)(void* context, const script::Call& call);

template <const base::Feature& feature>
base::Status left_out(void*, const script::Call& call) {
  return feature.missing(call.name);
}

/// Where the feature is left out nobody refers to `function`, and the linker drops what only it needs.
template <const base::Feature& feature>
consteval Function part_of(Function function) {
  return feature.is_built ? function : left_out<feature>;
}

namespace features = base::features;

// gPXE's names first; module is its other word for initrd, imgexec for boot, imgload for
// imgselect.
constexpr script::Command commands[] = {
    {"autoboot", cards, autoboot},
    {"boot", start_usage, boot},
    {"chain", run_usage, chain},
    {"choose",
     "[-m|--menu MENU] [-d|--default LABEL] [-t|--timeout MS] [-r|--retimeout MS] [-k|--keep] SETTING",
     part_of<features::menu>(choose)},
    {"clear", "SETTING", clear},
    {"config", "[SCOPE]", config},
    {"cpuid", "[-e|--ext] [-c|--ecx] BIT", cpuid},
    {"dhcp", ask_usage, dhcp},
    {"dmesg", "", part_of<features::log>(dmesg)},
    {"echo", "[-n] [WORD...]", echo},
    {"exit", "[STATUS]", exit},
    {"goto", "LABEL", go_to},
    {"help", "", help},
    {"ifclose", cards, ifclose},
    {"ifconf", ask_usage, dhcp},
    {"iflinkwait", "[-t|--timeout MS] [net0...]", ifopen},
    {"ifopen", cards, ifopen},
    {"ifstat", cards, ifstat},
    {"imgargs", "NAME [ARGUMENT...]", imgargs},
    {"imgexec", start_usage, boot},
    {"imgextract", "[-n|--name NAME] [-t|--timeout MS] [-k|--keep] NAME", imgextract},
    {"imgfetch", fetch_usage, imgfetch},
    {"imgfree", "[NAME...]", imgfree},
    {"imgload", "NAME", imgselect},
    {"imgselect", "NAME", imgselect},
    {"imgstat", "", imgstat},
    {"inc", "SETTING [STEP]", inc},
    {"initrd", initrd_usage, initrd},
    {"iseq", "VALUE VALUE", iseq},
    {"isset", "VALUE", isset},
    {"item", "[-m|--menu MENU] [-k|--key KEY] [-d|--default] [-g|--gap] [LABEL] [TEXT...]", part_of<features::menu>(item)},
    {"kernel", fetch_usage, kernel},
    {"login", "", login},
    {"md5sum", sum_usage, part_of<features::sums>(digest_sum)},
    {"menu", "[-n|--name MENU] [-d|--delete] [TITLE...]", part_of<features::menu>(menu)},
    {"module", initrd_usage, initrd},
    {"nslookup", "SETTING HOST", part_of<features::dns>(nslookup)},
    {"ntp", "SERVER", part_of<features::ntp>(ntp)},
    {"param", "[-p|--params FORM] NAME [VALUE...]", part_of<features::forms>(param)},
    {"params", "[-n|--name FORM] [-d|--delete]", part_of<features::forms>(params)},
    {"ping", "[-c|--count COUNT] [-s|--size SIZE] [-t|--timeout MS] [-q|--quiet] HOST", ping},
    {"poweroff", "", poweroff},
    {"prompt", "[-k|--key KEY] [-t|--timeout MS] [TEXT...]", prompt},
    {"pxebs", "CARD TYPE", pxebs},
    {"read", "[-t|--timeout MS] SETTING", read},
    {"reboot", "[-w|--warm]", reboot},
    {"route", "", route},
    {"sanboot", "[-n|--no-describe] [-k|--keep] [-d|--drive DRIVE] [URI...]", part_of<features::sanboot>(sanboot)},
    {"set", "SETTING [VALUE...]", set},
    {"sha256sum", sum_usage, part_of<features::sums>(digest_sum)},
    {"shell", "", part_of<features::shell>(shell)},
    {"show", "SETTING", show},
    {"sleep", "SECONDS", sleep},
    {"sync", "[-t|--timeout MS]", sync},
    {"time", "COMMAND...", time},
};

}  // namespace

std::span<const script::Command> command_list() {
  return commands;
}

}  // namespace flow

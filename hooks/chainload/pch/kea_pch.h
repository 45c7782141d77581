// SPDX-License-Identifier: MPL-2.0
// Compiled once for kea/: Kea's headers are most of a file's compile time. Every file still includes what it uses.
#include <cc/command_interpreter.h>
#include <cc/data.h>
#include <dhcp/option.h>
#include <dhcp/pkt4.h>
#include <dhcpsrv/host_mgr.h>
#include <hooks/hooks.h>
#include <log/logger.h>
#include <log/macros.h>

#include "core_pch.h"

// SPDX-License-Identifier: MPL-2.0
// A hook library that does nothing: what Kea itself spends on calling one callout for each reply.
#include <hooks/hooks.h>

#define ENTRY extern "C" __attribute__((visibility("default")))

ENTRY int version() {
  return KEA_HOOKS_VERSION;
}

ENTRY int multi_threading_compatible() {
  return 1;
}

ENTRY int pkt4_send(isc::hooks::CalloutHandle& /*handle*/) {
  return 0;
}

// SPDX-License-Identifier: MPL-2.0
#include "base/memory_map.h"

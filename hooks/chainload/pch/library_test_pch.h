// SPDX-License-Identifier: MPL-2.0
// Compiled once for the tests of the loaded library.
#include "../../../tests/pch/gtest_pch.h"
#include "kea_pch.h"

// SPDX-License-Identifier: MPL-2.0
// Compiled once for each set of test programs: most of a test's compile time is these headers.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

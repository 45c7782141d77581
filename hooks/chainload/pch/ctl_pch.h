// SPDX-License-Identifier: MPL-2.0
// What nearly every file of ctl/ includes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rules/value.h"

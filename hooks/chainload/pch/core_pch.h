// SPDX-License-Identifier: MPL-2.0
// Compiled once for core/: what most of its files include. Every file still includes what it uses.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

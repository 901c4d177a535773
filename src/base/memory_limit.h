// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <string_view>

namespace verger {

// The bytes that this process may take: what the machine has, or less where its limit on address
// space (ulimit -v) or a control group's on memory, such as a container's, is lower.
std::size_t memory_limit();

inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// What a file of a control group says; kNoLimit when it says none, or is not there.
using LimitInFile = std::function<std::size_t(const std::filesystem::path& file)>;

// The lowest limit of the control groups that `cgroups` (/proc/self/cgroup) names, of version 2 and
// of version 1's memory controller, and of those around them; kNoLimit without one. Within a
// container the names may be those outside of it: then what is mounted is its own group.
std::size_t cgroup_memory_limit(std::string_view cgroups, const LimitInFile& limit_in);

}  // namespace verger

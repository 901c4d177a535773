// SPDX-License-Identifier: Apache-2.0
#include "base/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace verger {

namespace {

namespace fs = std::filesystem;

std::size_t read_limit(const fs::path& file) {
  std::ifstream stream(file);
  std::size_t bytes = 0;
  return stream >> bytes ? bytes : kNoLimit;  // "max"
}

// That of the group and of those around it, up to the one that is mounted.
std::size_t lowest_limit(const fs::path& mounted, const std::string& group, const char* file,
                         const LimitInFile& limit_in) {
  std::size_t lowest = limit_in(mounted / file);
  fs::path place = mounted;
  for (const auto& part : fs::path(group).relative_path()) {
    place /= part;
    lowest = std::min(lowest, limit_in(place / file));
  }
  return lowest;
}

}  // namespace

std::size_t cgroup_memory_limit(std::string_view cgroups, const LimitInFile& limit_in) {
  std::size_t lowest = kNoLimit;
  std::istringstream lines{std::string(cgroups)};
  for (std::string line; std::getline(lines, line);) {  // "NUMBER:CONTROLLERS:GROUP"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string controllers = line.substr(first, second - first) + ',';
    const std::string group = line.substr(second + 1);
    std::size_t limit = kNoLimit;
    if (controllers == ":,") {  // version 2
      limit = lowest_limit("/sys/fs/cgroup", group, "memory.max", limit_in);
    } else if (controllers.find("memory,") != controllers.npos) {
      limit = lowest_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", limit_in);
    }
    lowest = std::min(lowest, limit);
  }
  return lowest;
}

std::size_t memory_limit() {
  const auto pages = static_cast<std::size_t>(std::max(sysconf(_SC_PHYS_PAGES), 1L));
  std::size_t bytes = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0) bytes = std::min<std::size_t>(bytes, limit.rlim_cur);
  std::ifstream stream("/proc/self/cgroup");
  const std::string cgroups{std::istreambuf_iterator<char>(stream), {}};
  return std::min(bytes, cgroup_memory_limit(cgroups, read_limit));
}

}  // namespace verger

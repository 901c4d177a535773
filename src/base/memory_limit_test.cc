// SPDX-License-Identifier: Apache-2.0
#include "base/memory_limit.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace verger {
namespace {

std::size_t limit(const char* cgroups, const std::map<std::string, std::size_t>& files) {
  return cgroup_memory_limit(cgroups, [&](const std::filesystem::path& file) {
    const auto entry = files.find(file);
    return entry == files.end() ? kNoLimit : entry->second;
  });
}

TEST(CgroupMemory, OfVersion2TheLowestOnTheWayCounts) {
  const std::map<std::string, std::size_t> files = {{"/sys/fs/cgroup/a/memory.max", 3000},
                                                    {"/sys/fs/cgroup/a/b/memory.max", 2000},
                                                    {"/sys/fs/cgroup/other/memory.max", 5}};
  EXPECT_EQ(limit("0::/\n", files), kNoLimit);
  EXPECT_EQ(limit("0::/a\n", files), 3000u);
  EXPECT_EQ(limit("0::/a/b\n", files), 2000u);
  EXPECT_EQ(limit("0::/a/c\n", files), 3000u);
}

TEST(CgroupMemory, OfVersion1TheMemoryControllersCounts) {
  const std::map<std::string, std::size_t> files = {
      {"/sys/fs/cgroup/memory/memory.limit_in_bytes", std::size_t{1} << 62},
      {"/sys/fs/cgroup/memory/job/memory.limit_in_bytes", 4000},
      {"/sys/fs/cgroup/job/memory.max", 5}};
  EXPECT_EQ(limit("12:cpu,cpuacct:/job\n7:hugetlb,memory:/job\n0::/\n", files), 4000u);
  EXPECT_EQ(limit("7:memory:/job\n", files), 4000u);
}

TEST(CgroupMemory, WithinAContainerItsOwnIsWhatIsMounted) {
  EXPECT_EQ(limit("0::/kubepods/pod7/xyz\n", {{"/sys/fs/cgroup/memory.max", 7000}}), 7000u);
}

TEST(CgroupMemory, WhatIsNoListOfGroupsSetsNoLimit) {
  for (const char* cgroups : {"", "nonsense", "::", "1:memory", "0::/../../..\n"}) {
    EXPECT_EQ(limit(cgroups, {}), kNoLimit) << cgroups;
  }
}

TEST(MemoryLimit, IsThatOfThisMachineAtMost) {
  EXPECT_GT(memory_limit(), std::size_t{1} << 20);
  EXPECT_LT(memory_limit(), kNoLimit);
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "metrics/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <fstream>
#include <limits>
#include <string>

#include "base/process.h"

namespace verger {

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Seconds since the Unix epoch.
double start_time() {
  std::ifstream file("/proc/stat");
  std::string word;
  double boot = 0;
  while (file >> word) {
    if (word == "btime") {
      file >> boot;
      break;
    }
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return boot +
         static_cast<double>(this_process().started) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int64_t open_files() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  int64_t count = 0;
  while (const dirent* entry = readdir(folder)) count += entry->d_name[0] == '.' ? 0 : 1;
  closedir(folder);
  return count - 1;  // the one that counted
}

}  // namespace

void add_process_metrics(Exposition& exposition) {
  constexpr auto kCounter = MetricType::kCounter;
  constexpr auto kGauge = MetricType::kGauge;
  double virtual_pages = 0;
  double resident_pages = 0;
  std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);

  exposition.single("process_cpu_seconds_total", kCounter, "CPU time, user and system.",
                    cpu_seconds());
  exposition.single("process_start_time_seconds", kGauge, "Start, since the Unix epoch.",
                    start_time());
  exposition.single("process_resident_memory_bytes", kGauge, "Memory in RAM.",
                    resident_pages * page);
  exposition.single("process_virtual_memory_bytes", kGauge, "Memory mapped.", virtual_pages * page);
  exposition.single("process_open_fds", kGauge, "Open file descriptors.",
                    static_cast<double>(open_files()));
  exposition.single("process_max_fds", kGauge, "File descriptors that may be open.",
                    static_cast<double>(files.rlim_cur));
}

}  // namespace verger

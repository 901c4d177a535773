// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace verger {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string pretended_machine;

std::string machine() {
  if (!pretended_machine.empty()) return pretended_machine;
  std::error_code ignored;
  const auto space = std::filesystem::read_symlink("/proc/self/ns/pid", ignored);
  return first_line("/proc/sys/kernel/random/boot_id") + ' ' + space.string();
}

// Field 22 of /proc/PID/stat (proc(5)); 0 when there is no such process. The second field, the
// program's name, may hold anything, but ends with the last parenthesis.
int64_t start_of(const std::string& pid) {
  const std::string stat = first_line("/proc/" + pid + "/stat");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos) return 0;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  int64_t started = 0;
  fields >> started;
  return started;
}

bool is_here(const ProcessIdentity& process) {
  return process.machine.size() >= 2 && process.machine == machine();
}

}  // namespace

ProcessIdentity this_process() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return {.host = host.data(), .machine = machine(), .pid = getpid(), .started = start_of("self")};
}

bool has_ended(const ProcessIdentity& process) {
  return is_here(process) && start_of(std::to_string(process.pid)) != process.started;
}

bool is_alive(const ProcessIdentity& process) {
  return is_here(process) && start_of(std::to_string(process.pid)) == process.started;
}

void pretend_machine(std::string machine) { pretended_machine = std::move(machine); }

}  // namespace verger

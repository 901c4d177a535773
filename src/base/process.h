// SPDX-License-Identifier: Apache-2.0
// Who this process is, so that another one on the same machine can tell whether it still lives.
#pragma once

#include <cstdint>
#include <string>

namespace verger {

struct ProcessIdentity {
  std::string host;     // the machine's name, for people
  std::string machine;  // this boot of it, and the space that process numbers count in
  int64_t pid = 0;
  int64_t started = 0;  // since the boot, in the kernel's ticks: numbers are given out again

  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();

// Each is true only when it is certain: the process was on this machine, and is there no more, or
// is there still, though it may be stopped. Of other machines' processes neither is.
bool has_ended(const ProcessIdentity& process);
bool is_alive(const ProcessIdentity& process);

// For tests: this process is on another machine than it is.
void pretend_machine(std::string machine);  // before any other call

}  // namespace verger

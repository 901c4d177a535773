// SPDX-License-Identifier: Apache-2.0
// A contestant that is a program of its own: bench/support/xnnpack_worker.py says how it is spoken
// to.
#pragma once

#include <sys/types.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace verger {

// Ends with the object.
class RivalProcess {
 public:
  // Null when it cannot be started, or gives no features. `command`: the program and its arguments.
  static std::unique_ptr<RivalProcess> start(const std::vector<std::string>& command,
                                             std::span<const float> tensor,
                                             std::span<float> features);
  ~RivalProcess();
  RivalProcess(const RivalProcess&) = delete;
  RivalProcess& operator=(const RivalProcess&) = delete;

  // Appends the milliseconds of CPU of each image; false when it has ended.
  bool infer(int images, std::vector<double>& times);

 private:
  RivalProcess(pid_t process, int in, int out) : process_(process), in_(in), out_(out) {}

  pid_t process_;
  int in_;   // its standard input
  int out_;  // and output
};

}  // namespace verger

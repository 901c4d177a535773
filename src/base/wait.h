// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition, by what every libstdc++ since GCC 10 offers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace verger {

// Blocks until `ready()` holds. `lock` is held while `ready` is called and when this returns; who
// changes what `ready` looks at notifies `condition`.
//
// std::condition_variable::wait would do the same, but GCC 12 makes of it a call of a function that
// the libstdc++ of Amazon Linux 2023 and RHEL 9 lacks (GLIBCXX_3.4.30). A wait with a deadline
// needs libc alone. The deadline means nothing here: the wait then begins anew.
template <typename Ready>
void await(std::condition_variable& condition, std::unique_lock<std::mutex>& lock, Ready ready) {
  while (!condition.wait_for(lock, std::chrono::hours(1), std::ref(ready))) {
  }
}

}  // namespace verger

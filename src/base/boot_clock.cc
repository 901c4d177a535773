// SPDX-License-Identifier: Apache-2.0
#include "base/boot_clock.h"

#include <ctime>

namespace verger {

int64_t boot_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace verger

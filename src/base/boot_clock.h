// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace verger {

// Milliseconds since the machine's boot, by a clock that nobody sets, and that goes on while this
// process is stopped or the whole machine is suspended.
int64_t boot_ms();

}  // namespace verger

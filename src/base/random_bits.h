// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace verger {

// 64 bits that nobody foresees, from the system. (std::random_device asks the processor each time
// what it is, which takes longest in a virtual machine.) Thread-safe.
uint64_t random_bits();

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "base/random_bits.h"

#include <unistd.h>

#include <random>

namespace verger {

uint64_t random_bits() {
  uint64_t bits = 0;
  if (getentropy(&bits, sizeof bits) == 0) return bits;
  std::random_device random;  // a system that forbids the call
  return uint64_t{random()} << 32 | random();
}

}  // namespace verger

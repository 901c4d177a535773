// SPDX-License-Identifier: Apache-2.0
// A fuzz target: any bytes may be given, and nothing may come of them but a result or an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// Each target defines it. libFuzzer calls it with inputs of its own making, replay_test.cc with
// those that are kept in corpus/ and cases/.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace verger {

// Ends the program when what must hold does not: libFuzzer then keeps the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
  std::abort();
}

}  // namespace verger

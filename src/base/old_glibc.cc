// SPDX-License-Identifier: Apache-2.0
// The functions of glibc 2.36 that Expat's static library calls where it was built with it; a
// machine with an older glibc has none.
#include <sys/random.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" {

void arc4random_buf(void* bytes, std::size_t size) noexcept {
  constexpr std::size_t kMost = 256;  // One call gives no more.
  for (std::size_t done = 0; done < size; done += kMost) {
    auto* rest = static_cast<unsigned char*>(bytes) + done;
    if (getentropy(rest, std::min(size - done, kMost)) != 0) std::abort();  // as glibc's own does
  }
}

std::uint32_t arc4random() noexcept {
  std::uint32_t number = 0;
  arc4random_buf(&number, sizeof number);
  return number;
}
}

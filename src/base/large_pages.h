// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace verger {

inline constexpr std::size_t kLargePage = std::size_t{2} << 20;

// Asks the system to give a large buffer, of which nothing was written yet, by pages of kLargePage
// where it has them: it is then given at once what it would be given in 512 steps. What the system
// makes of it shows in no result.
inline void ask_for_large_pages([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
  const auto from = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t first = (from + kLargePage - 1) / kLargePage * kLargePage;
  const std::uintptr_t last = (from + bytes) / kLargePage * kLargePage;
  if (first >= last) return;
  static_cast<void>(
      madvise(static_cast<char*>(begin) + (first - from), last - first, MADV_HUGEPAGE));
#endif
}

}  // namespace verger

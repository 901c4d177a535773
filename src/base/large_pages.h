// SPDX-License-Identifier: Apache-2.0
// Memory by large pages, which spare the system the giving of many small ones and the processor the
// walk from page to page. What the system makes of it shows in no result.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace verger {

inline constexpr std::size_t kLargePage = std::size_t{2} << 20;

// Asks the system to give a large buffer, of which nothing was written yet, by pages of kLargePage
// where it has them: it is then given at once what it would be given in 512 steps.
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

// As reserve(size) of a std::vector that holds nothing yet. There is room beyond, so that its end
// is in a large page too.
template <class Vector>
void reserve_large(Vector& vector, std::size_t size) {
  constexpr std::size_t kElement = sizeof(typename Vector::value_type);
  vector.reserve(size * kElement < kLargePage ? size : size + kLargePage / kElement);
  ask_for_large_pages(vector.data(), vector.capacity() * kElement);
}

// Memory that starts on a cache line; where it fills half a large page or more, large pages of its
// own. Given back by free_lines() with the same number.
struct Lines {
  explicit Lines(std::size_t wanted)
      : bytes(wanted < kLargePage / 2 ? wanted
                                      : (wanted + kLargePage - 1) / kLargePage * kLargePage),
        alignment{wanted < kLargePage / 2 ? kCacheLine : kLargePage} {}

  static constexpr std::size_t kCacheLine = 64;
  std::size_t bytes;
  std::align_val_t alignment;
};

inline void* allocate_lines(std::size_t wanted) {
  const Lines lines(wanted);
  void* const memory = ::operator new(lines.bytes, lines.alignment);
  ask_for_large_pages(memory, lines.bytes);
  return memory;
}

inline void free_lines(void* memory, std::size_t wanted) {
  ::operator delete(memory, Lines(wanted).alignment);
}

}  // namespace verger

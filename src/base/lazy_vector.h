// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/large_pages.h"

namespace verger {

// Leaves elements that are made without a value uninitialised, so that the system gives the pages
// of a large buffer one by one, as they are written, and not all at its making. The first starts on
// a cache line, and many lie in large pages.
template <class T>
struct LazyAllocator : std::allocator<T> {
  template <class U>
  struct rebind {  // NOLINT(readability-identifier-naming): the name that allocators have it by
    using other = LazyAllocator<U>;
  };

  T* allocate(std::size_t count) { return static_cast<T*>(allocate_lines(count * sizeof(T))); }
  void deallocate(T* at, std::size_t count) { free_lines(at, count * sizeof(T)); }

  template <class U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <class U, class... Arguments>
  void construct(U* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) U(std::forward<Arguments>(arguments)...);
  }
};

// A std::vector whose LazyVector(n) and resize(n) leave new elements unset.
template <class T>
using LazyVector = std::vector<T, LazyAllocator<T>>;

}  // namespace verger

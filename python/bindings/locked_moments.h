// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <span>
#include <utility>

#include "verger/moments.h"
#include "verger/status.h"

namespace verger::python {

// Moments that Python threads may share: calls take turns. The GIL must not be held while waiting.
class LockedMoments {
 public:
  explicit LockedMoments(Moments moments) : moments_(std::move(moments)) {}

  template <class F>
  auto with(F&& f) {
    const std::lock_guard lock(mutex_);
    return f(moments_);
  }

 private:
  std::mutex mutex_;
  Moments moments_;
};

}  // namespace verger::python

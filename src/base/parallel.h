// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

#include "base/cancel.h"
#include "verger/status.h"

namespace verger {

// Calls task(0) … task(count − 1), each once, on at most `threads` threads; tasks are taken in
// order. After the first failure or a cancellation no further task starts. Returns the failure of
// the lowest number, kCancelled, or ok. `task` must be safe to call from many threads.
Status parallel_for(std::size_t count, int threads, const CancelToken& cancel,
                    const std::function<Status(std::size_t)>& task);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// Files read with many requests in flight, and handed over in their order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Reads `files` of `store` on `reads` threads and calls `take` for each, in order, on the caller's
// thread. What is read ahead holds 64 MiB at most, unless a single file is larger. Stops at the
// first error, or with kCancelled.
Status read_in_order(const Store& store, std::span<const FileEntry> files, int reads,
                     const CancelToken& cancel,
                     const std::function<Status(const FileEntry&, std::vector<uint8_t>)>& take);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// A worker of a crew elsewhere: orders in, outcomes out (docs/crew.md).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/cancel.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct WorkerSetup {
  int threads = 1;        // images worked on at once
  std::string weights{};  // where the orders' network is on this machine; empty: where they say

  // Loads a network that an order names. kModel.
  std::function<Result<std::unique_ptr<Model>>(const ModelOptions&, const StorageOptions&)> load;
};

// Does the orders that come by the descriptor `in`, one after the other, and writes an outcome of
// each to `out`; both are borrowed. Returns when `in` ends: ok between two orders, and kCancelled
// in the midst of one, as when `interrupt` is cancelled. A process that cannot end soon after that,
// since its storage does not answer, is ended as it is.
Status work(int in, int out, const WorkerSetup& setup, const CancelToken& interrupt);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// One stage of a crew elsewhere: orders out, outcomes in.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/cancel.h"
#include "crew/lines.h"
#include "crew/order.h"
#include "verger/status.h"

namespace verger {

struct StageOrders {
  std::vector<std::string> names{};  // one an order
  int writes = 4;                    // orders that are made at once
  // These are called from several threads at once. `done` takes the first outcome of an order that
  // is no error, and no other.
  std::function<Result<Order>(std::size_t order)> make{};
  std::function<Status(std::size_t order, Outcome&& outcome)> done{};
};

// Hands the orders out, and returns when all are done, with the first error, or with kCancelled.
// kIo when the crew ends before. The outcomes are taken while orders are written yet, so that
// neither side waits for the other to read.
class StageRun {
 public:
  StageRun(LineReader& in, LineWriter& out, const StageOrders& orders, const CancelToken& cancel);
  Status run();

 private:
  void write_orders();
  void take_outcomes();
  Status take(const std::string& line);
  void fail(const Status& status);
  Status ended_early() const;

  LineReader& in_;
  LineWriter& out_;
  const StageOrders& orders_;
  const CancelToken& cancel_;

  std::unordered_map<std::string, std::size_t> numbers_;  // which order has the name
  std::mutex mutex_;                                      // guards what follows
  std::vector<char> taken_;
  Status failure_;
  std::atomic<std::size_t> left_;
  CancelToken stop_;  // no further line is read: all are done, or one failed
};

}  // namespace verger

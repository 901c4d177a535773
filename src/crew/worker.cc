// SPDX-License-Identifier: Apache-2.0
#include "crew/worker.h"

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/status_macros.h"
#include "crew/do_order.h"
#include "crew/lines.h"
#include "crew/order.h"

namespace verger {

namespace {

constexpr std::chrono::seconds kLastGrace{10};

// Reads ahead, so that the end of the orders is noticed in the midst of one.
class OrderQueue {
 public:
  OrderQueue(int in, const CancelToken& interrupt) : in_(in), interrupt_(interrupt) {
    thread_ = std::thread([this] { read(); });
  }
  ~OrderQueue() {
    {
      const std::lock_guard lock(mutex_);
      left_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  OrderQueue(const OrderQueue&) = delete;
  OrderQueue& operator=(const OrderQueue&) = delete;

  // The next line; none once there are no more, or that is of no use.
  std::optional<std::string> next() {
    std::unique_lock lock(mutex_);
    while (lines_.empty() && !ended_) changed_.wait_for(lock, kPoll);
    if (lines_.empty() || ended_) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }

  const CancelToken& ended() const { return cancel_; }

 private:
  static constexpr std::chrono::milliseconds kPoll{100};

  void read() {
    LineReader reader(in_);
    while (auto line = reader.next([this] { return interrupt_.cancelled() || is_left(); })) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(*std::move(line));
      changed_.notify_all();
    }
    std::unique_lock lock(mutex_);
    ended_ = true;
    cancel_.cancel();
    changed_.notify_all();
    const auto deadline = std::chrono::steady_clock::now() + kLastGrace;
    while (!left_ && std::chrono::steady_clock::now() < deadline) changed_.wait_for(lock, kPoll);
    if (!left_) _exit(static_cast<int>(StatusCode::kCancelled));
  }

  bool is_left() {
    const std::lock_guard lock(mutex_);
    return left_;
  }

  const int in_;
  const CancelToken& interrupt_;
  CancelToken cancel_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  bool ended_ = false;  // no more orders come, and those that came are not wanted
  bool left_ = false;   // nobody takes any
  std::thread thread_;
};

// The outcome of a line, whatever it holds.
Outcome do_line(const std::string& line, OrderDoer& doer, const CancelToken& cancel) {
  const auto message = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  auto order = Order::parse(message);
  if (order.ok()) return doer.run(*order, cancel);
  Outcome outcome{.order = "", .attempt = 0, .result = std::move(order).error()};
  if (!message.is_object()) return outcome;
  if (const auto name = message.find("order"); name != message.end() && name->is_string()) {
    outcome.order = *name;
  }
  return outcome;
}

}  // namespace

Status work(int in, int out, const WorkerSetup& setup, const CancelToken& interrupt) {
  LineWriter writer(out);
  OrderDoer doer(setup);
  OrderQueue orders(in, interrupt);
  while (const auto line = orders.next()) {
    const Outcome outcome = do_line(*line, doer, orders.ended());
    if (orders.ended().cancelled() && !interrupt.cancelled()) {
      return Status::cancelled("The crew ended in the midst of an order.");
    }
    if (!orders.ended().cancelled()) {
      VERGER_RETURN_IF_ERROR(writer.write(line_of(outcome.to_json())));
    }
  }
  return interrupt.cancelled() ? Status::cancelled("Interrupted.") : Status();
}

}  // namespace verger

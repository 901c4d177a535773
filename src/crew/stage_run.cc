// SPDX-License-Identifier: Apache-2.0
#include "crew/stage_run.h"

#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/numbers.h"
#include "base/parallel.h"
#include "base/status_macros.h"

namespace verger {

namespace {

constexpr int kTakers = 4;  // each may hold the moments of a shard

}  // namespace

StageRun::StageRun(LineReader& in, LineWriter& out, const StageOrders& orders,
                   const CancelToken& cancel)
    : in_(in),
      out_(out),
      orders_(orders),
      cancel_(cancel),
      taken_(orders.names.size(), 0),
      left_(orders.names.size()) {
  for (std::size_t i = 0; i < orders.names.size(); ++i) numbers_[orders.names[i]] = i;
}

Status StageRun::run() {
  std::vector<std::thread> takers;
  for (int i = 0; i < kTakers; ++i) takers.emplace_back([this] { take_outcomes(); });
  write_orders();
  for (auto& taker : takers) taker.join();
  if (left_ == 0) return {};
  if (!failure_.ok()) return failure_;
  return cancel_.cancelled() ? Status::cancelled("Interrupted.") : ended_early();
}

void StageRun::write_orders() {
  const Status written =
      parallel_for(orders_.names.size(), orders_.writes, stop_, [&](std::size_t i) -> Status {
        if (cancel_.cancelled()) return Status::cancelled("Interrupted.");
        VERGER_ASSIGN_OR_RETURN(const Order order, orders_.make(i));
        if (!out_.write(line_of(order.to_json())).ok()) return ended_early();
        return {};
      });
  if (!written.ok() && written.code() != StatusCode::kCancelled) fail(written);
}

void StageRun::take_outcomes() {
  const auto stop = [this] { return stop_.cancelled() || cancel_.cancelled(); };
  while (left_ > 0 && !stop()) {
    const auto line = in_.next(stop);
    if (!line) break;
    if (Status status = take(*line); !status.ok()) fail(status);
  }
  if (in_.ended()) stop_.cancel();  // nor are further orders of use
}

Status StageRun::take(const std::string& line) {
  const auto message = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  auto outcome = Outcome::parse(message);
  if (!outcome.ok()) {
    return Status::io("The crew sent what is no outcome: " + outcome.error().message());
  }
  const auto entry = numbers_.find(outcome->order);
  if (entry == numbers_.end()) return {};  // a late one, of a stage before
  if (const auto* error = std::get_if<Status>(&outcome->result)) {
    const std::lock_guard lock(mutex_);
    return taken_[entry->second] != 0 ? Status() : *error;
  }
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(taken_[entry->second], 1) != 0) return {};  // done twice: the first counts
  }
  VERGER_RETURN_IF_ERROR(orders_.done(entry->second, *std::move(outcome)));
  if (left_.fetch_sub(1) == 1) stop_.cancel();
  return {};
}

void StageRun::fail(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (failure_.ok()) failure_ = status;
  stop_.cancel();
}

Status StageRun::ended_early() const {
  const std::size_t all = orders_.names.size();
  return Status::io("The crew ended when " + format_count(all - left_) + " of " +
                    format_count(all, "order") + " of a stage were done.");
}

}  // namespace verger

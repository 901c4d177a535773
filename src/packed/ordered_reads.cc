// SPDX-License-Identifier: Apache-2.0
#include "packed/ordered_reads.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/byte_budget.h"
#include "base/status_macros.h"
#include "base/wait.h"

namespace verger {

namespace {

constexpr std::size_t kBytesAhead = std::size_t{64} << 20;

class OrderedReads {
 public:
  OrderedReads(const Store& store, std::span<const FileEntry> files)
      : store_(store), files_(files) {}

  // A reader's life.
  void read() {
    while (auto next = begin()) {
      auto bytes = store_.read_listed(files_[next->first]);
      const std::lock_guard lock(mutex_);
      done_.emplace(next->first, Done{std::move(next->second), std::move(bytes)});
      arrived_.notify_all();
    }
  }

  // Waits for the bytes of this file.
  Result<std::vector<uint8_t>> wait(std::size_t number) {
    std::unique_lock lock(mutex_);
    await(arrived_, lock, [&] { return done_.contains(number); });
    return std::move(done_.extract(number).mapped().bytes);
  }

  void stop() {
    stopped_ = true;
    budget_.cancel();
  }

 private:
  struct Done {
    ByteBudget::Claim claim;
    Result<std::vector<uint8_t>> bytes;
  };

  // The next file, with its claim. Claims are made in the order of the files: the one that is
  // waited for always has its own.
  std::optional<std::pair<std::size_t, ByteBudget::Claim>> begin() {
    const std::lock_guard lock(order_);
    if (stopped_ || next_ == files_.size()) return std::nullopt;
    auto claim = budget_.claim(static_cast<std::size_t>(files_[next_].size));
    if (!claim) return std::nullopt;
    return std::pair(next_++, *std::move(claim));
  }

  const Store& store_;
  const std::span<const FileEntry> files_;
  ByteBudget budget_{kBytesAhead};
  std::mutex order_;  // next_
  std::size_t next_ = 0;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;  // done_
  std::condition_variable arrived_;
  std::map<std::size_t, Done> done_;  // goes before the budget, on which it has claims
};

}  // namespace

Status read_in_order(const Store& store, std::span<const FileEntry> files, int reads,
                     const CancelToken& cancel,
                     const std::function<Status(const FileEntry&, std::vector<uint8_t>)>& take) {
  OrderedReads ordered(store, files);
  std::vector<std::thread> readers;
  for (int i = 0; i < reads; ++i) readers.emplace_back([&] { ordered.read(); });
  const auto take_all = [&]() -> Status {
    for (std::size_t number = 0; number < files.size(); ++number) {
      if (cancel.cancelled()) return Status::cancelled("Interrupted.");
      VERGER_ASSIGN_OR_RETURN(auto bytes, ordered.wait(number));
      VERGER_RETURN_IF_ERROR(take(files[number], std::move(bytes)));
    }
    return {};
  };
  Status status = take_all();
  ordered.stop();
  for (auto& reader : readers) reader.join();
  return status;
}

}  // namespace verger

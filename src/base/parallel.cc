// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace verger {

Status parallel_for(std::size_t count, int threads, const CancelToken& cancel,
                    const std::function<Status(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  std::size_t failed_at = count;
  Status failure;

  const auto work = [&] {
    while (!failed && !cancel.cancelled()) {
      const std::size_t i = next.fetch_add(1);
      if (i >= count) return;
      Status status = task(i);
      if (status.ok()) continue;
      const std::lock_guard lock(mutex);
      failed = true;
      if (i < failed_at) {
        failed_at = i;
        failure = std::move(status);
      }
    }
  };

  const auto extra = std::min(static_cast<std::size_t>(std::max(threads, 1)), count);
  std::vector<std::thread> workers;
  for (std::size_t t = 1; t < extra; ++t) workers.emplace_back(work);
  work();
  for (auto& worker : workers) worker.join();

  if (failed) return failure;
  if (next < count) return Status::cancelled("Interrupted.");
  return {};
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace verger {
namespace {

TEST(ParallelFor, RunsEachTaskOnce) {
  for (const int threads : {1, 3, 16}) {
    std::vector<std::atomic<int>> calls(100);
    const Status status = parallel_for(calls.size(), threads, CancelToken(), [&](std::size_t i) {
      ++calls[i];
      return Status();
    });
    EXPECT_TRUE(status.ok());
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
}

TEST(ParallelFor, NothingToDoIsFine) {
  EXPECT_TRUE(parallel_for(0, 4, CancelToken(), [](std::size_t) { return Status::io("no"); }).ok());
}

TEST(ParallelFor, StopsAfterAFailureAndReturnsIt) {
  std::atomic<int> calls = 0;
  const Status status = parallel_for(1000, 2, CancelToken(), [&](std::size_t i) {
    ++calls;
    return i == 3 ? Status::io("three") : Status();
  });
  EXPECT_EQ(status.message(), "three");
  EXPECT_LT(calls, 1000);
}

TEST(ParallelFor, CancelStops) {
  CancelToken cancel;
  std::atomic<int> calls = 0;
  const Status status = parallel_for(1000, 2, cancel, [&](std::size_t) {
    ++calls;
    cancel.cancel();
    return Status();
  });
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_LT(calls, 10);
}

}  // namespace
}  // namespace verger

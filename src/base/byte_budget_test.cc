// SPDX-License-Identifier: Apache-2.0
#include "base/byte_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace verger {
namespace {

TEST(ByteBudget, NeverGivesMoreThanItHas) {
  ByteBudget budget(100);
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const int bytes = 20 + (i * 7 + t) % 40;
        const auto claim = budget.claim(static_cast<std::size_t>(bytes));
        const int now = held += bytes;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        held -= bytes;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, 100);
}

TEST(ByteBudget, IsSharedAsLongAsThereIsRoom) {
  ByteBudget budget(100);
  const auto first = budget.claim(60);
  EXPECT_TRUE(budget.claim(40).has_value());
  EXPECT_TRUE(budget.claim(40).has_value());  // the one before was given back
}

TEST(ByteBudget, LetsOneClaimPassThatIsLargerThanItself) {
  ByteBudget budget(10);
  {
    EXPECT_TRUE(budget.claim(1000).has_value());
  }
  EXPECT_TRUE(budget.claim(10).has_value());
}

TEST(ByteBudget, WakesThoseWhoWaitWhenItIsCancelled) {
  ByteBudget budget(10);
  const auto all = budget.claim(10);
  std::thread waiting([&] { EXPECT_FALSE(budget.claim(1).has_value()); });
  budget.cancel();
  waiting.join();
}

}  // namespace
}  // namespace verger

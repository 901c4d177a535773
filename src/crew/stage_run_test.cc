// SPDX-License-Identifier: Apache-2.0
#include "crew/stage_run.h"

#include <gmock/gmock.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <array>
#include <thread>

namespace verger {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Both ends of two pipes, as a driver and its crew have them.
class StageRunTest : public testing::Test {
 protected:
  StageRunTest() {
    EXPECT_EQ(pipe(to_crew_.data()), 0);
    EXPECT_EQ(pipe(to_driver_.data()), 0);
    orders_.names = {"moments-00000", "moments-00001", "moments-00002"};
    orders_.make = [this](std::size_t i) -> Result<Order> {
      Order order;
      order.name = orders_.names[i];
      order.work = MomentsOrder{.number = i, .width = 4, .members = {{.features = "f"}}};
      return order;
    };
    orders_.done = [this](std::size_t i, const Outcome& outcome) {
      const std::lock_guard lock(mutex_);
      done_.push_back(i);
      attempts_.push_back(outcome.attempt);
      return Status();
    };
  }
  ~StageRunTest() override {
    for (const int file : {to_crew_[0], to_crew_[1], to_driver_[0]}) close(file);
    end_crew();
  }

  void end_crew() {
    if (to_driver_[1] >= 0) close(to_driver_[1]);
    to_driver_[1] = -1;
  }

  void say(const json& message) {
    EXPECT_TRUE(LineWriter(to_driver_[1]).write(line_of(message)).ok());
  }
  void say_done(const std::string& order, int attempt = 0) {
    say(Outcome{.order = order, .attempt = attempt, .result = Outcome::Reduced{}, .effort = {}}
            .to_json());
  }

  Status run() {
    LineReader in(to_driver_[0]);
    LineWriter out(to_crew_[1]);
    return StageRun(in, out, orders_, cancel_).run();
  }

  std::array<int, 2> to_crew_{};
  std::array<int, 2> to_driver_{};
  StageOrders orders_;
  CancelToken cancel_;
  std::mutex mutex_;
  std::vector<std::size_t> done_;
  std::vector<int> attempts_;
};

TEST_F(StageRunTest, ReturnsWhenEveryOrderIsDone) {
  std::thread crew([&] {
    LineReader orders(to_crew_[0]);
    for (int i = 0; i < 3; ++i) {
      const auto line = orders.next([] { return false; });
      say_done(json::parse(*line).at("order"));
    }
  });
  EXPECT_TRUE(run().ok());
  crew.join();
  EXPECT_THAT(done_, testing::UnorderedElementsAre(0, 1, 2));
}

TEST_F(StageRunTest, TheFirstOutcomeOfAnOrderCounts) {
  std::thread crew([&] {
    say_done("moments-00000", 1);
    for (int i = 0; i < 50; ++i) say_done("moments-00000", 2);
    say_done("extract-00000");  // The stage before had this order.
    say({{"type", "outcome"},
         {"order", "moments-00000"},
         {"attempt", 0},
         {"error", {{"kind", "io"}, {"message", "Its disk is full."}}}});
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    say_done("moments-00001");
    say_done("moments-00002");
  });
  EXPECT_TRUE(run().ok());
  crew.join();
  EXPECT_EQ(done_.size(), 3u);
  EXPECT_EQ(std::ranges::count(attempts_, 2) + std::ranges::count(attempts_, 1), 1);
}

TEST_F(StageRunTest, AnErrorEndsIt) {
  say({{"type", "outcome"},
       {"order", "moments-00001"},
       {"attempt", 0},
       {"error", {{"kind", "model"}, {"message", "It is another model."}}}});
  const Status status = run();
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_EQ(status.message(), "It is another model.");
}

TEST_F(StageRunTest, TheEndOfTheCrewEndsIt) {
  say_done("moments-00001");
  end_crew();
  const Status status = run();
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("1 of 3 orders"));
}

TEST_F(StageRunTest, WhatIsNoOutcomeEndsIt) {
  say({{"type", "poem"}});
  EXPECT_THAT(run().message(), HasSubstr("no outcome"));
}

TEST_F(StageRunTest, IsCancelledWhileItWaits) {
  std::thread person([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    cancel_.cancel();
  });
  EXPECT_EQ(run().code(), StatusCode::kCancelled);
  person.join();
}

TEST(Lines, ALineThatIsCutOffIsNone) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_EQ(write(ends[1], "one\ntwo\nthr", 11), 11);
  close(ends[1]);
  LineReader reader(ends[0]);
  const auto never = [] { return false; };
  EXPECT_EQ(reader.next(never), "one");
  EXPECT_EQ(reader.next(never), "two");
  EXPECT_EQ(reader.next(never), std::nullopt);
  EXPECT_TRUE(reader.ended());
  close(ends[0]);
}

}  // namespace
}  // namespace verger

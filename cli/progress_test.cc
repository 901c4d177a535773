// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace verger::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// A console that is read, and a clock that is set, by the test.
class ProgressTest : public testing::Test {
 protected:
  ConsoleOptions console_options(LogFormat format, bool terminal) {
    ConsoleOptions options;
    options.format = format;
    options.terminal = terminal;
    options.unicode = true;
    options.columns = [this] { return columns_; };
    options.sink = [this](std::string_view text) { written_ += text; };
    return options;
  }

  Progress::Options progress_options(int64_t total = 1000) {
    return {
        .stage = "extract", .total = total, .clock = [this] { return now_; }, .own_thread = false};
  }

  std::string take() { return std::exchange(written_, {}); }

  std::chrono::steady_clock::time_point now_{};
  int columns_ = 100;
  std::string written_;
};

TEST_F(ProgressTest, BarShowsRateEtaAndRejected) {
  Console console(console_options(LogFormat::kText, true));
  Progress progress(console, progress_options());
  take();
  progress.add(498);
  progress.add(2, 2);
  now_ += seconds(5);
  progress.refresh();
  const std::string bar = take();
  EXPECT_THAT(bar, HasSubstr("extract ━"));
  EXPECT_THAT(bar, EndsWith("500/1,000 images  100/s  ETA 5.0 s  2 rejected"));
}

TEST_F(ProgressTest, BarIsHalfFullAtHalf) {
  Console console(console_options(LogFormat::kText, true));
  Progress progress(console, progress_options());
  progress.add(500);
  now_ += seconds(5);
  take();
  progress.refresh();
  const std::string bar = take();
  const auto count = [&](std::string_view glyph) {
    int times = 0;
    for (std::size_t i = bar.find(glyph); i != std::string::npos; i = bar.find(glyph, i + 1)) {
      ++times;
    }
    return times;
  };
  EXPECT_GT(count("━"), 10);
  EXPECT_LE(std::abs(count("━") - count("─")), 1);
}

TEST_F(ProgressTest, BarNeverPassesTheWidth) {
  Console console(console_options(LogFormat::kText, true));
  Progress progress(console, progress_options());
  for (columns_ = 1; columns_ < 160; ++columns_) {
    progress.add(1);
    now_ += milliseconds(100);
    take();
    progress.refresh();
    const std::string bar = take();
    EXPECT_LT(display_width(bar.substr(std::min(bar.size(), std::string("\r\x1b[2K").size()))),
              columns_);
  }
}

TEST_F(ProgressTest, AFailedStageLeavesACleanTerminal) {
  Console console(console_options(LogFormat::kText, true));
  {
    Progress progress(console, progress_options());
  }
  EXPECT_THAT(written_, EndsWith("\r\x1b[2K"));
}

TEST_F(ProgressTest, FinishLeavesOneCleanLine) {
  Console console(console_options(LogFormat::kText, true));
  Progress progress(console, progress_options());
  progress.add(1000, 3);
  now_ += seconds(20);
  take();
  progress.finish();
  EXPECT_EQ(take(),
            "\r\x1b[2K"
            "extract  1,000 images in 20 s  50.0/s  3 rejected\n");
}

TEST_F(ProgressTest, ALineEveryTenSecondsOffATerminal) {
  Console console(console_options(LogFormat::kText, false));
  Progress progress(console, progress_options());
  for (int tick = 0; tick < 99; ++tick) {
    now_ += milliseconds(100);
    progress.add(1);
    progress.refresh();
  }
  EXPECT_EQ(take(), "");
  now_ += milliseconds(100);
  progress.add(1);
  progress.refresh();
  EXPECT_EQ(take(), "extract  100/1,000 images  10.0/s  ETA 1 min 30 s  0 rejected\n");
}

TEST_F(ProgressTest, SaysOnceThatAStageStalls) {
  Console console(console_options(LogFormat::kText, false));
  Progress progress(console, progress_options());
  const auto after = [&](int time) {
    now_ += seconds(time);
    progress.refresh();
    return take();
  };
  progress.add(1);
  EXPECT_THAT(after(9), Not(HasSubstr("No progress")));
  EXPECT_THAT(after(29), Not(HasSubstr("No progress")));
  EXPECT_THAT(after(1), HasSubstr("No progress in 'extract' for 30 s"));
  EXPECT_THAT(after(60), Not(HasSubstr("No progress")));
  progress.add(1);
  EXPECT_THAT(after(1), Not(HasSubstr("No progress")));
  EXPECT_THAT(after(30), HasSubstr("No progress"));
}

TEST_F(ProgressTest, RateIsRecent) {
  Console console(console_options(LogFormat::kText, false));
  Progress progress(console, progress_options(0));
  const auto ten_seconds_of = [&](int64_t images) {
    progress.add(images);
    now_ += seconds(10);
    progress.refresh();
    return take();
  };
  EXPECT_EQ(ten_seconds_of(1000), "extract  1,000 images  100/s  0 rejected\n");
  EXPECT_EQ(ten_seconds_of(100), "extract  1,100 images  10.0/s  0 rejected\n");
}

TEST_F(ProgressTest, JsonLines) {
  Console console(console_options(LogFormat::kJson, false));
  Progress progress(console, progress_options());
  now_ += seconds(10);
  progress.refresh();
  auto json = nlohmann::json::parse(take());
  EXPECT_TRUE(json["eta_s"].is_null());
  progress.add(250, 1);
  now_ += seconds(10);
  progress.refresh();
  json = nlohmann::json::parse(take());
  EXPECT_EQ(json["event"], "progress");
  EXPECT_EQ(json["stage"], "extract");
  EXPECT_EQ(json["unit"], "images");
  EXPECT_EQ(json["done"], 250);
  EXPECT_EQ(json["total"], 1000);
  EXPECT_EQ(json["rejected"], 1);
  EXPECT_EQ(json["rate"], 25.0);
  EXPECT_EQ(json["eta_s"], 30.0);
  progress.finish();
  json = nlohmann::json::parse(take());
  EXPECT_EQ(json["event"], "stage");
  EXPECT_EQ(json["elapsed_s"], 20.0);
}

TEST_F(ProgressTest, AStageThatCountsNothingTellsItsTimeAlone) {
  Progress::Options options = progress_options(0);
  options.stage = "fit";
  options.unit = "";
  for (const bool terminal : {true, false}) {
    Console console(console_options(LogFormat::kText, terminal));
    Progress progress(console, options);
    take();
    now_ += seconds(75);  // which is no stall
    progress.refresh();
    EXPECT_EQ(take(), terminal ? "\r\x1b[2Kfit  1 min 15 s" : "fit  1 min 15 s\n");
    progress.finish();
    EXPECT_THAT(take(), EndsWith("fit  1 min 15 s\n"));
  }
  Console console(console_options(LogFormat::kJson, false));
  Progress progress(console, options);
  now_ += seconds(12);
  progress.refresh();
  const auto json = nlohmann::json::parse(take());
  EXPECT_TRUE(json["unit"].is_null());
  EXPECT_EQ(json["elapsed_s"], 12.0);
}

TEST_F(ProgressTest, LinesComeAsOftenAsIsAskedFor) {
  ConsoleOptions often = console_options(LogFormat::kText, false);
  often.line_every = seconds(1);
  Console console(often);
  Progress progress(console, progress_options());
  progress.refresh();
  EXPECT_EQ(take(), "");
  now_ += seconds(1);
  progress.refresh();
  EXPECT_THAT(take(), HasSubstr("0/1,000 images"));
}

TEST_F(ProgressTest, AddsOfManyThreadsAreAllCounted) {
  Console console(console_options(LogFormat::kText, true));
  Progress::Options options{.stage = "extract", .total = 40'000};
  Progress progress(console, options);  // with its own thread, drawing meanwhile
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int image = 0; image < 10'000; ++image) progress.add(1, image % 2);
    });
  }
  for (std::thread& thread : threads) thread.join();
  progress.finish();
  EXPECT_EQ(progress.done(), 40'000);
  EXPECT_EQ(progress.rejected(), 20'000);
  EXPECT_THAT(written_, EndsWith("20,000 rejected\n"));
  EXPECT_THAT(written_, Not(HasSubstr("\n\n")));
}

}  // namespace
}  // namespace verger::cli

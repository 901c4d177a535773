// SPDX-License-Identifier: Apache-2.0
#include "metrics/run_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace verger {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunMetrics::Subject subject() {
  return {.command = "run", .input = "a \"b\"", .output = "s3://bucket/out"};
}

TEST(RunMetrics, ARunThatBegins) {
  const RunMetrics metrics(subject());
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("verger_run_info{command=\"run\",input=\"a \\\"b\\\"\","
                              "output=\"s3://bucket/out\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("verger_run_state{state=\"running\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("verger_run_state{state=\"failed\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("verger_images_total{outcome=\"features\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("verger_images_listed")));
  EXPECT_THAT(text, Not(HasSubstr("verger_run_end_time_seconds")));
}

TEST(RunMetrics, ImagesAreCountedInTheExtractionAlone) {
  RunMetrics metrics(subject());
  metrics.stage_started("list", 0);
  metrics.stage_finished();
  metrics.listed(10);
  metrics.resumed(4);
  metrics.stage_started("extract", 6);
  metrics.advanced(1, 0);
  metrics.advanced(2, 1);
  metrics.spent({.fetch_ns = 1'500'000'000, .bytes = 7});
  metrics.spent({.infer_ns = 250'000'000, .bytes = 1});
  metrics.stage_finished();
  metrics.stage_started("project", 3);
  metrics.advanced(3, 0);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("verger_images_listed 10\n"));
  EXPECT_THAT(text, HasSubstr("verger_images_resumed 4\n"));
  EXPECT_THAT(text, HasSubstr("verger_images_total{outcome=\"features\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("verger_images_total{outcome=\"rejected\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("verger_bytes_read_total 8\n"));
  EXPECT_THAT(text, HasSubstr("verger_stage_seconds_total{stage=\"fetch\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("verger_stage_seconds_total{stage=\"infer\"} 0.25\n"));
  EXPECT_THAT(text, HasSubstr("verger_phase_items_done{phase=\"extract\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("verger_phase_items_expected{phase=\"extract\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("verger_phase_items_done{phase=\"project\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("verger_phase_items_expected{phase=\"list\"}")));
}

TEST(RunMetrics, AnEndIsOneOfThree) {
  const auto text_after = [](const Status& status) {
    RunMetrics metrics(subject());
    metrics.ended(status);
    return metrics.text();
  };
  const auto state = [](const std::string& name) {
    return HasSubstr("verger_run_state{state=\"" + name + "\"} 1\n");
  };
  EXPECT_THAT(text_after({}), state("done"));
  EXPECT_THAT(text_after(Status::io("The disk is full.")), state("failed"));
  EXPECT_THAT(text_after(Status::cancelled("Interrupted.")), state("interrupted"));
  EXPECT_THAT(text_after({}), HasSubstr("verger_run_end_time_seconds"));
  EXPECT_THAT(text_after({}), Not(state("running")));
}

TEST(RunMetrics, TheProcessIsToldOfOnDemand) {
  const RunMetrics metrics(subject());
  EXPECT_THAT(metrics.text(), Not(HasSubstr("process_")));
  const std::string text = metrics.text_with_process();
  for (const char* name :
       {"process_cpu_seconds_total", "process_start_time_seconds", "process_resident_memory_bytes",
        "process_virtual_memory_bytes", "process_open_fds", "process_max_fds"}) {
    EXPECT_THAT(text, HasSubstr('\n' + std::string(name) + ' '));
    EXPECT_THAT(text, Not(HasSubstr('\n' + std::string(name) + " 0\n")));
  }
}

}  // namespace
}  // namespace verger

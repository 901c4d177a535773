// SPDX-License-Identifier: Apache-2.0
#include "verger/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace verger {
namespace {

using ::testing::HasSubstr;

TEST(Options, DefaultsAreValid) { EXPECT_TRUE(RunOptions{}.validate().ok()); }

TEST(Options, VarianceIsInTheHalfOpenInterval) {
  for (const double bad : {0.0, -0.1, 1.0001, 95.0, std::numeric_limits<double>::quiet_NaN()}) {
    const Status status = PcaOptions{.variance = bad}.validate();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(status.message(), HasSubstr("variance must be above 0 and at most 1"));
  }
  EXPECT_TRUE(PcaOptions{.variance = 1.0}.validate().ok());
}

TEST(Options, MessagesNameTheFlagAndTheValue) {
  RunOptions options;
  options.output.parts = 0;
  EXPECT_EQ(options.validate().message(), "parts must be between 1 and 100,000, not 0.");
  options = {};
  options.threads = -1;
  EXPECT_EQ(options.validate().message(), "threads must be between 0 and 4,096, not -1.");
}

TEST(Options, MetricsAreAFileOrAPort) {
  for (const char* good : {"", ":1", ":65535", "run.prom", "/var/lib/node/run.prom", "a:80"}) {
    RunOptions options;
    options.metrics = good;
    EXPECT_TRUE(options.validate().ok()) << good;
  }
  for (const char* bad : {":", ":0", ":65536", ":-1", ":+80", ":80x", ": 80", ":99999999999",
                          "folder/", "s3://bucket/run.prom"}) {
    RunOptions options;
    options.metrics = bad;
    EXPECT_EQ(options.validate().code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(options.validate().message(), HasSubstr(std::string("not '") + bad + "'."));
  }
}

TEST(Options, WeightsAndModelExcludeEachOther) {
  EXPECT_FALSE((ModelOptions{.weights = "a.h5", .model = "b.onnx"}.validate().ok()));
}

TEST(Options, ThreeProductsAreForMobileNetV2Alone) {
  ModelOptions options;
  options.precision = Precision::kF32x3;
  EXPECT_TRUE(options.validate().ok());
  options.model = "b.onnx";
  EXPECT_EQ(options.validate().message(),
            "precision='f32x3' is for MobileNetV2 alone; use precision='f32' with an ONNX model.");
}

TEST(Options, NamesRoundTrip) {
  for (const Precision p : {Precision::kF32, Precision::kF32x3, Precision::kBf16}) {
    EXPECT_EQ(*parse_precision(precision_name(p)), p);
  }
  for (const Layout l : {Layout::kTables, Layout::kNotebook}) {
    EXPECT_EQ(*parse_layout(layout_name(l)), l);
  }
  EXPECT_FALSE(parse_precision("f16").ok());
  EXPECT_FALSE(parse_layout("csv").ok());
}

TEST(Options, ThereIsAtLeastOneThread) { EXPECT_GE(default_threads(), 1); }

}  // namespace
}  // namespace verger

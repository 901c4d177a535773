// SPDX-License-Identifier: Apache-2.0
#include "metrics/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace verger {
namespace {

TEST(Exposition, AFamilyHasItsHelpItsTypeAndItsSamples) {
  Exposition exposition;
  exposition.family("a_total", MetricType::kCounter, "What is counted.");
  exposition.sample({{"outcome", "good"}}, 3);
  exposition.sample({{"outcome", "bad"}, {"why", "late"}}, 0.25);
  exposition.single("b", MetricType::kGauge, "One.", 1);
  EXPECT_EQ(exposition.text(),
            "# HELP a_total What is counted.\n"
            "# TYPE a_total counter\n"
            "a_total{outcome=\"good\"} 3\n"
            "a_total{outcome=\"bad\",why=\"late\"} 0.25\n"
            "# HELP b One.\n"
            "# TYPE b gauge\n"
            "b 1\n");
}

TEST(Exposition, AHistogramAddsUp) {
  Exposition exposition;
  const std::vector<double> bounds = {0.1, 1};
  const std::vector<int64_t> counts = {2, 0, 1};
  exposition.histogram("t_seconds", "Time.", bounds, counts, 5.5);
  EXPECT_EQ(exposition.text(),
            "# HELP t_seconds Time.\n"
            "# TYPE t_seconds histogram\n"
            "t_seconds_bucket{le=\"0.1\"} 2\n"
            "t_seconds_bucket{le=\"1\"} 2\n"
            "t_seconds_bucket{le=\"+Inf\"} 3\n"
            "t_seconds_sum 5.5\n"
            "t_seconds_count 3\n");
}

TEST(Exposition, MarksAreEscaped) {
  Exposition exposition;
  exposition.family("a", MetricType::kGauge, "A \\ and a \"line\"\nand one more.");
  exposition.sample({{"path", "C:\\a\"b\nc\td"}}, 1);
  EXPECT_EQ(exposition.text(),
            "# HELP a A \\\\ and a \"line\"\\nand one more.\n"
            "# TYPE a gauge\n"
            "a{path=\"C:\\\\a\\\"b\\nc\td\"} 1\n");
}

TEST(Exposition, BytesThatAreNoTextAreReplaced) {
  Exposition exposition;
  exposition.family("a", MetricType::kGauge, "A.");
  exposition.sample({{"path", "Pomme d'été/\xff.jpg"}}, 1);
  EXPECT_THAT(exposition.text(), ::testing::HasSubstr("{path=\"Pomme d'été/\xef\xbf\xbd.jpg\"}"));
}

TEST(Exposition, NumbersReadBackAsTheSame) {
  Exposition exposition;
  for (const double value : {0.1, 1e300, 9'007'199'254'740'991.0, -2.5e-9}) {
    Exposition one;
    one.single("a", MetricType::kGauge, "A.", value);
    EXPECT_EQ(std::stod(one.text().substr(one.text().rfind(' '))), value);
  }
  exposition.single("a", MetricType::kGauge, "A.", std::numeric_limits<double>::infinity());
  EXPECT_THAT(exposition.text(), ::testing::EndsWith("a +Inf\n"));
  exposition.single("b", MetricType::kGauge, "B.", std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(exposition.text(), ::testing::EndsWith("b NaN\n"));
}

}  // namespace
}  // namespace verger

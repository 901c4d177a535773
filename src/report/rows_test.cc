// SPDX-License-Identifier: Apache-2.0
#include "report/rows.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "parquet/pca_part.h"
#include "parquet/test_rows.h"

namespace verger {
namespace {

// Three parts of a pca table of four features and two components.
class ReportRowsTest : public testing::Test {
 protected:
  static constexpr std::size_t kPartRows = 300;

  void SetUp() override {
    folder_ = testing::TempDir() + "verger-report-rows-" + std::to_string(getpid());
    store_ = *Store::open(folder_);
    for (uint32_t i = 0; i < 3; ++i) {
      FeatureRows rows = test_rows(kPartRows, 4, i + 1);
      if (i == 1) rows.features[4 * 7] = 1e6F;  // row 307, far out
      reduction_.parts.push_back(
          *write_pca_part(*store_, part_file_name(i, "x"), layout_, rows, model_));
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  ReportRows read(const ReportLimits& limits, int threads = 2) {
    return *read_report_rows(*store_, reduction_, layout_, model_, threads, cancel_, limits);
  }

  const Layout layout_ = Layout::kTables;
  const PcaModel model_ = test_model(4, 2);
  const CancelToken cancel_;
  std::string folder_;
  std::shared_ptr<Store> store_;
  ReductionRecord reduction_;
};

TEST_F(ReportRowsTest, CountsEveryRowAndSamplesEvenly) {
  const ReportRows rows = read({.points = 90});
  EXPECT_EQ(rows.total, 900);
  EXPECT_EQ(rows.points.size(), 90u);
  int64_t labelled = 0;
  for (const auto& [label, count] : rows.labels) labelled += count;
  EXPECT_EQ(labelled, 900);
  // The sample depends on nothing but the rows.
  const ReportRows again = read({.points = 90}, 1);
  for (std::size_t i = 0; i < 90; ++i) EXPECT_EQ(rows.points[i].path, again.points[i].path);
}

TEST_F(ReportRowsTest, TakesAllRowsWhenTheyFit) {
  EXPECT_EQ(read({.points = 900}).points.size(), 900u);
}

TEST_F(ReportRowsTest, FindsTheRowFarthestOut) {
  const ReportRows rows = read({.outliers = 5});
  ASSERT_EQ(rows.outliers.size(), 5u);
  EXPECT_EQ(rows.outliers[0].path, "file:/data/Test/Pineapple Mini 0/é_7.jpg");
  // Σ pⱼ² / λⱼ, with p₁ = (10⁶ − 1) / 0.5 and λ₁ = 4.
  EXPECT_NEAR(rows.outliers[0].score / 1e12, 1.0, 1e-4);
  EXPECT_GE(rows.outliers[1].score, rows.outliers[2].score);
}

}  // namespace
}  // namespace verger

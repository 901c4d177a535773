// SPDX-License-Identifier: Apache-2.0
#include "search/all_nearest.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "search/test_table.h"

namespace verger {
namespace {

// Those of one row are found by its cosines with all others.
std::vector<Neighbour> by_sorting(const SearchTable& table, std::size_t row, std::size_t count) {
  std::vector<Neighbour> all;
  for (std::size_t other = 0; other < table.size(); ++other) {
    double cosine = 0;
    for (std::size_t i = 0; i < table.width; ++i) {
      cosine += static_cast<double>(table.row(row)[i]) * static_cast<double>(table.row(other)[i]);
    }
    if (other != row) all.push_back({other, static_cast<float>(cosine)});
  }
  std::ranges::sort(all, is_nearer);
  all.resize(std::min(all.size(), count));
  return all;
}

class AllNearestTest : public testing::Test {
 protected:
  CancelToken cancel_;
  Observer observer_;
  const Watch watch_{cancel_, observer_};
};

TEST_F(AllNearestTest, FindsWhatSortingAllRowsFinds) {
  for (const std::size_t width : {5U, 40U, 300U}) {
    SearchTable table = clustered_table(1100, width, 3);
    std::copy_n(table.row(7).data(), width, table.unit.data() + 900 * width);  // a copy, far away
    const auto rows = spread_rows(table.size(), 250);
    ASSERT_EQ(rows.size(), 250U);
    const auto actual = find_nearest_others(table, rows, 12, 2, watch_).value();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto expected = by_sorting(table, rows[i], 12);
      ASSERT_EQ(actual[i].size(), expected.size());
      for (std::size_t j = 0; j < expected.size(); ++j) {
        EXPECT_NEAR(actual[i][j].cosine, expected[j].cosine, 2e-7) << width << ' ' << rows[i];
      }
      EXPECT_EQ(actual[i].front().row, expected.front().row);
    }
  }
}

TEST_F(AllNearestTest, TheCopyComesFirstAndNoRowIsItsOwnNeighbour) {
  SearchTable table = clustered_table(1100, 60, 4);
  std::copy_n(table.row(7).data(), 60, table.unit.data() + 900 * 60);
  const std::vector<std::size_t> rows = {7, 900};
  const auto actual = find_nearest_others(table, rows, 1, 1, watch_).value();
  EXPECT_EQ(actual[0].front().row, 900U);
  EXPECT_EQ(actual[1].front().row, 7U);
}

TEST_F(AllNearestTest, ThreadsChangeNothingAndFewRowsGiveAllOthers) {
  const SearchTable table = clustered_table(700, 50, 5);
  const auto rows = spread_rows(700, 700);
  const auto one = find_nearest_others(table, rows, 5, 1, watch_).value();
  const auto three = find_nearest_others(table, rows, 5, 3, watch_).value();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      EXPECT_EQ(one[i][j].row, three[i][j].row);
      EXPECT_EQ(one[i][j].cosine, three[i][j].cosine);
    }
  }
  const SearchTable small = clustered_table(3, 8, 5);
  EXPECT_EQ(find_nearest_others(small, spread_rows(3, 3), 5, 1, watch_).value()[1].size(), 2U);
  const SearchTable single = clustered_table(1, 8, 5);
  EXPECT_TRUE(find_nearest_others(single, spread_rows(1, 1), 5, 1, watch_).value()[0].empty());
}

TEST_F(AllNearestTest, ACancelledSearchIsCancelled) {
  cancel_.cancel();
  const SearchTable table = clustered_table(30, 8, 5);
  const auto actual = find_nearest_others(table, spread_rows(30, 30), 5, 1, watch_);
  ASSERT_FALSE(actual.ok());
  EXPECT_EQ(actual.error().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "search/nearest.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "search/test_table.h"
#include "search/vote.h"

namespace verger {
namespace {

using testing::ElementsAre;

double exact_cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

TEST(NearestTest, FindsWhatSortingAllRowsFinds) {
  for (const std::size_t width : {1U, 15U, 37U}) {
    const SearchTable table = clustered_table(200, width, 1);
    const SearchTable queries = clustered_table(7, width, 2);
    const auto neighbours = find_nearest(table, queries.unit, 12);
    ASSERT_EQ(neighbours.size(), 7U);
    for (std::size_t query = 0; query < 7; ++query) {
      std::vector<double> cosines;
      for (std::size_t row = 0; row < table.size(); ++row) {
        cosines.push_back(exact_cosine(queries.row(query), table.row(row)));
      }
      std::ranges::sort(cosines, std::greater());
      ASSERT_EQ(neighbours[query].size(), 12U);
      EXPECT_TRUE(std::ranges::is_sorted(neighbours[query], is_nearer));
      for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_NEAR(static_cast<double>(neighbours[query][i].cosine), cosines[i], 1e-6);
      }
    }
  }
}

TEST(NearestTest, EqualRowsComeInTheTablesOrderAndAllAreGivenOfAFew) {
  SearchTable table = clustered_table(3, 4, 1);
  for (std::size_t row = 1; row < 3; ++row) {
    std::copy_n(table.unit.begin(), 4, table.unit.begin() + static_cast<std::ptrdiff_t>(row * 4));
  }
  const auto neighbours = find_nearest(table, table.row(2), 10);
  std::vector<std::size_t> rows;
  for (const Neighbour& neighbour : neighbours[0]) rows.push_back(neighbour.row);
  EXPECT_THAT(rows, ElementsAre(0, 1, 2));
}

TEST(NearestTest, ARowOfZerosStaysZero) {
  std::vector<float> zeros(3, 0.0F);
  scale_to_unit(zeros);
  EXPECT_THAT(zeros, ElementsAre(0.0F, 0.0F, 0.0F));
}

TEST(VoteTest, WeighsByTheExponentialOfTheCosine) {
  SearchTable table;
  table.path = {"a", "b", "c"};
  table.label = {"apple", "pear", "pear"};
  table.width = 1;
  const std::vector<Neighbour> neighbours = {{0, 0.9F}, {1, 0.8F}, {2, 0.8F}};
  const auto votes = vote(table, neighbours);
  ASSERT_EQ(votes.size(), 2U);
  EXPECT_EQ(votes[0].label, "apple");
  const double apple = std::exp(0.9 / kVoteTemperature);
  const double pear = 2 * std::exp(0.8 / kVoteTemperature);
  EXPECT_NEAR(votes[0].share, apple / (apple + pear), 1e-6);
  EXPECT_NEAR(votes[0].share + votes[1].share, 1, 1e-12);
}

TEST(VoteTest, OfEqualSharesTheNearestLabelWins) {
  SearchTable table;
  table.path = {"a", "b"};
  table.label = {"pear", "apple"};
  table.width = 1;
  const std::vector<Neighbour> neighbours = {{1, 0.5F}, {0, 0.5F}};
  EXPECT_EQ(vote(table, neighbours).front().label, "apple");
  EXPECT_TRUE(vote(table, {}).empty());
}

}  // namespace
}  // namespace verger

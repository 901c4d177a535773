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

std::vector<std::vector<Neighbour>> neighbours_in(const SearchTable& table,
                                                  std::span<const float> queries,
                                                  std::size_t neighbors) {
  const RowHeads heads(table.unit, table.width);
  std::vector<std::vector<Neighbour>> neighbours;
  for (std::size_t at = 0; at < queries.size(); at += table.width) {
    neighbours.push_back(find_nearest(table, heads, queries.subspan(at, table.width), neighbors));
  }
  return neighbours;
}

std::span<float> row_of(SearchTable& table, std::size_t row) {
  return {table.unit.data() + row * table.width, table.width};
}

TEST(NearestTest, FindsWhatSortingAllRowsFinds) {
  for (const std::size_t width : {1U, 15U, 37U}) {
    const SearchTable table = clustered_table(200, width, 1);
    const SearchTable queries = clustered_table(7, width, 2);
    const auto neighbours = neighbours_in(table, queries.unit, 12);
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

// Changes the rows of a table to what is hard for a search that passes rows over.
using Distortion = void (*)(std::span<float> row, std::size_t number);

void keep(std::span<float>, std::size_t) {}
// As of principal components, the later the smaller.
void give_spectrum(std::span<float> row, std::size_t) {
  for (std::size_t i = 0; i < row.size(); ++i) row[i] /= 1 + 0.03F * static_cast<float>(i);
}
// All is in the last components, of which no head tells.
void empty_the_head(std::span<float> row, std::size_t) {
  std::ranges::fill(row.first(std::min(row.size() - 1, std::size_t{300})), 0.0F);
}
// The heads tell the wrong way: long ones of rows whose rests point away.
void turn_the_rest(std::span<float> row, std::size_t number) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i < RowHead::kDepth) row[i] = number % 3 == 0 ? 1.0F : 0.9F;
    if (i >= RowHead::kDepth && number % 3 == 0) row[i] = -std::abs(row[i]);
  }
}
// Many rows are equal, and others differ from them by less than a code of a head does.
void make_ties(std::span<float> row, std::size_t number) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = 1 + static_cast<float>(i % 7) + static_cast<float>(number % 5) * 1e-6F;
  }
}
void make_zeros(std::span<float> row, std::size_t number) {
  if (number % 2 == 0) std::ranges::fill(row, 0.0F);
}
// One component has all, with either sign.
void make_spikes(std::span<float> row, std::size_t number) {
  std::ranges::fill(row, 0.0F);
  row[number * 13 % row.size()] = number % 4 == 0 ? -1.0F : 1.0F;
}

TEST(NearestTest, FindsTheSameBitsAsComparingWithEveryRow) {
  for (const Distortion distort :
       {keep, give_spectrum, empty_the_head, turn_the_rest, make_ties, make_zeros, make_spikes}) {
    for (const std::size_t width : {1U, 37U, 64U, 65U, 256U, 257U, 400U, 757U}) {
      SearchTable table = clustered_table(600, width, 5);
      SearchTable queries = clustered_table(6, width, 6);
      for (std::size_t row = 0; row < table.size(); ++row) {
        distort(row_of(table, row), row);
        scale_to_unit(row_of(table, row));
      }
      for (std::size_t row = 0; row < 5; ++row) distort(row_of(queries, row), row);
      for (std::size_t row = 0; row < 6; ++row) scale_to_unit(row_of(queries, row));
      std::ranges::copy(table.row(17), row_of(queries, 0).begin());
      for (const std::size_t neighbors : {1U, 10U, 599U, 700U}) {
        EXPECT_EQ(neighbours_in(table, queries.unit, neighbors),
                  compare_with_all(table, queries.unit, neighbors))
            << width << " components, " << neighbors << " neighbours";
      }
    }
  }
}

TEST(NearestTest, CosinesOfManyAreThoseOfEach) {
  for (const std::size_t width : {1U, 15U, 16U, 37U, 644U}) {
    const SearchTable table = clustered_table(2 * kCosinesAtOnce + 1, width, 3);
    for (std::size_t count = 0; count < table.size(); ++count) {
      std::vector<float> cosines(count);
      cosines_of_units(table.row(count), {table.unit.data(), count * width}, cosines);
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(cosines[i], cosine_of_units(table.row(count), table.row(i))) << width;
      }
    }
  }
}

TEST(NearestTest, NoneAreFoundWhereNoneAreAskedFor) {
  const SearchTable table = clustered_table(3, 4, 1);
  EXPECT_TRUE(neighbours_in(table, table.row(0), 0).at(0).empty());
}

TEST(NearestTest, EqualRowsComeInTheTablesOrderAndAllAreGivenOfAFew) {
  SearchTable table = clustered_table(3, 4, 1);
  for (std::size_t row = 1; row < 3; ++row) {
    std::copy_n(table.unit.begin(), 4, table.unit.begin() + static_cast<std::ptrdiff_t>(row * 4));
  }
  const auto neighbours = neighbours_in(table, table.row(2), 10);
  std::vector<std::size_t> rows;
  for (const Neighbour& neighbour : neighbours[0]) rows.push_back(neighbour.row);
  EXPECT_THAT(rows, ElementsAre(0, 1, 2));
}

TEST(RowHeadsTest, NoCosineIsAboveItsBound) {
  for (const std::size_t width : {5U, 64U, 100U, 700U}) {
    const SearchTable table = clustered_table(300, width, 9);
    const RowHeads heads(table.unit, width);
    std::vector<int32_t> products(table.size());
    for (std::size_t query = 0; query < table.size(); query += 7) {
      const RowHead head(table.row(query));
      heads.multiply(head, products);
      for (std::size_t row = 0; row < table.size(); ++row) {
        const double bound =
            static_cast<double>(products[row]) / (RowHead::kScale * RowHead::kScale) +
            static_cast<double>(head.rest) * static_cast<double>(heads.rests()[row]);
        EXPECT_LE(exact_cosine(table.row(query), table.row(row)), bound + RowHead::kRounding);
      }
    }
  }
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

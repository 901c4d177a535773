// SPDX-License-Identifier: Apache-2.0
#include "search/nearest_index.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "search/all_pairs.h"
#include "search/candidates.h"
#include "search/test_table.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

class NearestIndexTest : public testing::Test {
 protected:
  NearestIndexTest() {
    searched_.reduction.parts = {{.name = "pca/part", .rows = 2000, .bytes = 0, .sha256 = ""}};
    searched_.run.reduction = RunRecord::Reduction{.k = 24};
    searched_.reduction_sha256 = "of the table";
  }

  NearestIndex built(int threads) {
    return NearestIndex::build(table_, threads, cancel_, observer_).value();
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();
  SearchedOutput searched_;
  CancelToken cancel_;
  Observer observer_;
  const SearchTable table_ = clustered_table(2000, 24, 3);
};

TEST_F(NearestIndexTest, RecallsWhatIsNearest) {
  const NearestIndex index = built(2);
  const SearchTable queries = clustered_table(100, 24, 4);
  const auto exact = compare_with_all(table_, queries.unit, 10);
  std::size_t recalled = 0;
  for (std::size_t query = 0; query < queries.size(); ++query) {
    const auto neighbours = index.find(queries.row(query), 10).value();
    ASSERT_EQ(neighbours.size(), 10U);
    EXPECT_TRUE(std::ranges::is_sorted(neighbours, is_nearer));
    std::set<std::size_t> rows;
    for (const Neighbour& neighbour : neighbours) rows.insert(neighbour.row);
    for (const Neighbour& neighbour : exact[query]) recalled += rows.count(neighbour.row);
  }
  EXPECT_GE(recalled, 980U);  // 1,000 would be all.
}

TEST_F(NearestIndexTest, OneThreadBuildsTheSameTwiceAndVectorsComeBack) {
  const NearestIndex first = built(1);
  const NearestIndex second = built(1);
  ASSERT_TRUE(first.save(*store_, searched_).ok());
  const auto bytes = store_->read(std::string(kIndexName)).value();
  ASSERT_TRUE(second.save(*store_, searched_).ok());
  EXPECT_EQ(store_->read(std::string(kIndexName)).value(), bytes);
  const auto row = first.row(7).value();
  EXPECT_TRUE(std::ranges::equal(row, table_.row(7)));
}

TEST_F(NearestIndexTest, IsReadBackAsItWasSavedAndKnownToBeStale) {
  const NearestIndex index = built(1);
  EXPECT_FALSE(NearestIndex::is_current(*store_, searched_).value());
  ASSERT_TRUE(index.save(*store_, searched_).ok());
  EXPECT_TRUE(NearestIndex::is_current(*store_, searched_).value());
  const NearestIndex loaded = NearestIndex::load(*store_, searched_).value();
  for (const std::size_t row : {0U, 5U, 1999U}) {
    const auto before = index.find(table_.row(row), 5).value();
    const auto after = loaded.find(table_.row(row), 5).value();
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].row, after[i].row);
  }
  searched_.reduction_sha256 = "of another table";
  EXPECT_FALSE(NearestIndex::is_current(*store_, searched_).value());
}

TEST_F(NearestIndexTest, RefusesADamagedFile) {
  ASSERT_TRUE(built(1).save(*store_, searched_).ok());
  auto bytes = store_->read(std::string(kIndexName)).value();
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(store_->write(std::string(kIndexName), bytes).ok());
  const auto loaded = NearestIndex::load(*store_, searched_);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), StatusCode::kIo);
  EXPECT_THAT(loaded.error().message(), HasSubstr("is damaged"));

  ASSERT_TRUE(store_->write(std::string(kIndexRecordName), std::string_view("{}")).ok());
  EXPECT_FALSE(NearestIndex::is_current(*store_, searched_).ok());
}

TEST_F(NearestIndexTest, GivesThePairsOfEachRow) {
  const NearestIndex index = built(1);
  const AllPairs pairs(table_);
  std::vector<uint8_t> skipped(table_.size(), 0);
  std::set<std::pair<std::size_t, std::size_t>> near;
  std::set<std::pair<std::size_t, std::size_t>> exact;
  for (std::size_t strip = 0; strip * kStripRows < table_.size(); ++strip) {
    const auto by_index = find_alike(index, 32, skipped, strip, 0.8, 2, cancel_).value();
    const auto by_all = pairs.find(skipped, strip, 0.8, 2, cancel_).value();
    for (const RowPair& pair : by_index) {
      EXPECT_LT(pair.first, pair.second);
      near.insert({pair.first, pair.second});
    }
    for (const RowPair& pair : by_all) exact.insert({pair.first, pair.second});
  }
  ASSERT_GT(exact.size(), 1000U);
  std::size_t hits = 0;
  for (const auto& pair : exact) hits += near.count(pair);
  EXPECT_GE(static_cast<double>(hits), 0.98 * static_cast<double>(exact.size()));
}

}  // namespace
}  // namespace verger

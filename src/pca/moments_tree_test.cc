#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "pca/test_rows.h"
#include "verger/moments.h"

namespace verger {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;

constexpr std::size_t kWidth = 3;

// Shards of different sizes, some of them empty.
std::vector<Moments> make_shards(std::size_t count) {
  std::vector<Moments> shards;
  for (std::size_t s = 0; s < count; ++s) {
    shards.push_back(
        moments_of(random_rows(s * 37 % 11, kWidth, static_cast<unsigned>(s)), kWidth));
  }
  return shards;
}

std::vector<uint8_t> merged(const std::vector<Moments>& shards,
                            const std::vector<std::size_t>& order) {
  MomentsTree tree(kWidth, shards.size());
  for (const std::size_t shard : order) EXPECT_TRUE(tree.add(shard, shards[shard]).ok());
  const auto result = tree.finish();
  EXPECT_TRUE(result.ok());
  return result.ok() ? result->serialise() : std::vector<uint8_t>();
}

std::vector<std::size_t> in_order(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

TEST(MomentsTreeTest, EveryOrderOfFewShardsGivesTheSameBits) {
  for (std::size_t count = 1; count <= 6; ++count) {
    const auto shards = make_shards(count);
    std::vector<std::size_t> order = in_order(count);
    const auto expected = merged(shards, order);
    do {
      ASSERT_THAT(merged(shards, order), Eq(expected));
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST(MomentsTreeTest, RandomOrdersOfManyShardsGiveTheSameBits) {
  std::mt19937 random(1);
  for (const std::size_t count : {24UL, 31UL, 97UL}) {
    const auto shards = make_shards(count);
    std::vector<std::size_t> order = in_order(count);
    const auto expected = merged(shards, order);
    for (int i = 0; i < 20; ++i) {
      std::ranges::shuffle(order, random);
      ASSERT_THAT(merged(shards, order), Eq(expected));
    }
  }
}

TEST(MomentsTreeTest, MergesNeighboursFirst) {
  auto shards = make_shards(5);
  const auto tree = merged(shards, {4, 3, 2, 1, 0});
  ASSERT_TRUE(shards[0].merge(shards[1]).ok());
  ASSERT_TRUE(shards[2].merge(shards[3]).ok());
  ASSERT_TRUE(shards[0].merge(shards[2]).ok());
  ASSERT_TRUE(shards[0].merge(shards[4]).ok());
  EXPECT_THAT(tree, Eq(shards[0].serialise()));
}

TEST(MomentsTreeTest, CountsEveryRow) {
  const auto shards = make_shards(24);
  int64_t rows = 0;
  MomentsTree tree(kWidth, shards.size());
  for (std::size_t s = 0; s < shards.size(); ++s) {
    rows += shards[s].count();
    ASSERT_TRUE(tree.add(s, shards[s]).ok());
  }
  const auto result = tree.finish();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->count(), rows);
}

TEST(MomentsTreeTest, OfNoShardsOrEmptyOnesHasNoRows) {
  MomentsTree none(kWidth, 0);
  const auto of_none = none.finish();
  ASSERT_TRUE(of_none.ok());
  EXPECT_EQ(of_none->count(), 0);

  MomentsTree empty(kWidth, 3);
  for (std::size_t s = 0; s < 3; ++s) ASSERT_TRUE(empty.add(s, Moments(kWidth)).ok());
  const auto of_empty = empty.finish();
  ASSERT_TRUE(of_empty.ok());
  EXPECT_EQ(of_empty->count(), 0);
}

TEST(MomentsTreeTest, RefusesWhatIsNotAShardOfIt) {
  MomentsTree tree(kWidth, 2);
  EXPECT_EQ(tree.add(2, Moments(kWidth)).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(tree.add(0, Moments(kWidth + 1)).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(tree.add(0, Moments(kWidth)).ok());
  const Status twice = tree.add(0, Moments(kWidth));
  EXPECT_EQ(twice.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(twice.message(), HasSubstr("already"));
}

TEST(MomentsTreeTest, NamesTheMissingShard) {
  MomentsTree tree(kWidth, 3);
  ASSERT_TRUE(tree.add(0, Moments(kWidth)).ok());
  ASSERT_TRUE(tree.add(2, Moments(kWidth)).ok());
  const auto result = tree.finish();
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message(), HasSubstr("Shard 1 is missing"));
}

}  // namespace
}  // namespace verger

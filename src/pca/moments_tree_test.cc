// SPDX-License-Identifier: Apache-2.0
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

// Each group of neighbours by a tree of its own, then what those gave in the same way, until there
// are no more than fit into one group.
std::vector<uint8_t> merged_by_groups(std::vector<Moments> shards, std::size_t group) {
  while (shards.size() > group) {
    std::vector<Moments> merged;
    for (std::size_t begin = 0; begin < shards.size(); begin += group) {
      const std::size_t count = std::min(group, shards.size() - begin);
      MomentsTree tree(kWidth, count);
      for (std::size_t s = 0; s < count; ++s) {
        EXPECT_TRUE(tree.add(s, std::move(shards[begin + s])).ok());
      }
      // As it reaches whoever merges the groups.
      merged.push_back(*Moments::deserialise(tree.finish()->serialise()));
    }
    shards = std::move(merged);
  }
  return merged(shards, in_order(shards.size()));
}

TEST(MomentsTreeTest, GroupsOfNeighboursAreNodesOfTheTree) {
  const auto all = make_shards(4700);
  const auto expect_same = [&](std::size_t count, std::initializer_list<std::size_t> groups) {
    const std::vector<Moments> shards(all.begin(),
                                      all.begin() + static_cast<std::ptrdiff_t>(count));
    const auto expected = merged(shards, in_order(count));
    for (const std::size_t group : groups) {
      ASSERT_THAT(merged_by_groups(shards, group), Eq(expected)) << count << " by " << group;
    }
  };
  for (std::size_t count = 1; count <= 100; ++count) expect_same(count, {2, 8, 512});
  for (std::size_t count = 1; count <= 300; ++count) expect_same(count, {4, 64});
  for (const std::size_t count :
       {511UL, 512UL, 577UL, 1000UL, 4095UL, 4096UL, 4097UL, 4161UL, 4700UL}) {
    expect_same(count, {64});
  }
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

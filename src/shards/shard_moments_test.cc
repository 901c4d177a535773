// SPDX-License-Identifier: Apache-2.0
#include "shards/shard_moments.h"

#include <gmock/gmock.h>

#include <memory>
#include <utility>

#include "base/sha256.h"
#include "pca/test_rows.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

constexpr std::size_t kWidth = 3;

class ShardMomentsTest : public testing::Test {
 protected:
  ShardMomentsTest() { set_merged_at_once(4); }
  ~ShardMomentsTest() override { set_merged_at_once(64); }

  static Moments moments(std::size_t shard) {
    return moments_of(random_rows(5, kWidth, static_cast<unsigned>(shard)), kWidth);
  }

  StoredMoments stored(std::size_t shard) {
    const auto bytes = moments(shard).serialise();
    PartInfo file{.name = std::to_string(shard) + ".moments", .rows = 5, .bytes = 0, .sha256 = ""};
    file.bytes = static_cast<int64_t>(bytes.size());
    file.sha256 = sha256_hex(bytes);
    EXPECT_TRUE(store_->write(file.name, bytes).ok());
    return {.features = "", .file = std::move(file)};
  }

  ShardMoments of(std::size_t shards, bool elsewhere) {
    return {*store_, *store_, kWidth, shards, elsewhere};
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = *Store::open(folder_.path().string(), {});
};

TEST_F(ShardMomentsTest, AreMergedInPlaceOrReadTheSame) {
  ShardMoments at_hand = of(9, /*elsewhere=*/false);
  ShardMoments read = of(9, /*elsewhere=*/false);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_TRUE(at_hand.add(i, moments(i)).ok());
    EXPECT_TRUE(read.add(8 - i, stored(8 - i)).ok());
  }
  EXPECT_FALSE(read.for_crew());
  EXPECT_EQ(at_hand.finish()->serialise(), read.finish()->serialise());
}

TEST_F(ShardMomentsTest, OfManyShardsElsewhereAreOnlyNoted) {
  ShardMoments few = of(4, /*elsewhere=*/true);
  EXPECT_FALSE(few.for_crew());
  ShardMoments many = of(11, /*elsewhere=*/true);
  ASSERT_TRUE(many.for_crew());
  for (std::size_t i = 0; i < 11; ++i) {
    EXPECT_TRUE(many.add(i, StoredMoments{.features = std::to_string(i)}).ok());
  }
  const auto groups = many.groups();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].size(), 4u);
  EXPECT_EQ(groups[1].front().features, "4");
  EXPECT_EQ(groups[2].size(), 3u);
  EXPECT_EQ(groups[2].back().features, "10");
}

TEST_F(ShardMomentsTest, ThatAreDamagedAbsentOrOthersAreRefused) {
  ShardMoments moments = of(2, /*elsewhere=*/true);
  StoredMoments others = stored(0);
  others.file->sha256 = stored(1).file->sha256;
  EXPECT_THAT(moments.add(0, others).message(), HasSubstr("0.moments: They are other moments"));
  const StoredMoments damaged = stored(0);
  folder_.write("0.moments", "verger moments");
  EXPECT_THAT(moments.add(0, damaged).message(), HasSubstr("0.moments: The moments are damaged"));
  std::filesystem::remove(folder_ / "0.moments");
  EXPECT_EQ(moments.add(0, damaged).code(), StatusCode::kIo);
  EXPECT_TRUE(moments.add(0, stored(0)).ok());  // none of them counts
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "update/update_plan.h"

#include <gmock/gmock.h>

#include "parquet/inputs_part.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// An image as path and version; its fingerprint tells both.
struct Listed {
  std::string path;
  int version = 1;
};

class ListedSource final : public ImageSource {
 public:
  explicit ListedSource(std::vector<Listed> images) : images_(std::move(images)) {}
  std::size_t size() const override { return images_.size(); }
  std::string path(std::size_t image) const override { return images_[image].path; }
  std::string label(std::size_t /*image*/) const override { return "label"; }
  int64_t length(std::size_t /*image*/) const override { return 1; }
  Result<std::vector<uint8_t>> read(std::size_t /*image*/) const override {
    return Status::io("A plan reads no image.");
  }
  std::string fingerprint(std::size_t image) const override {
    return images_[image].path + '\t' + std::to_string(images_[image].version);
  }

 private:
  std::vector<Listed> images_;
};

class UpdatePlanTest : public testing::Test {
 protected:
  // A shard of the output, of these images.
  void stored(std::size_t number, const std::vector<Listed>& images) {
    const ListedSource source(images);
    InputRows rows;
    for (std::size_t image = 0; image < source.size(); ++image) {
      rows.path.push_back(source.path(image));
      rows.stamp.push_back(stamp_of(source.fingerprint(image)));
    }
    ShardManifest manifest;
    manifest.shard = {number, 0, images.size()};
    manifest.counts.listed = static_cast<int64_t>(images.size());
    manifest.inputs = write_inputs_part(*store_, inputs_name(number), rows).value();
    manifests_.push_back(manifest);
  }

  Result<UpdatePlan> plan(const std::vector<Listed>& listed) {
    source_ = std::make_unique<ListedSource>(listed);
    return plan_update(*store_, *source_, manifests_, {cancel_, observer_});
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path(), {}).value();
  std::vector<ShardManifest> manifests_;
  std::unique_ptr<ListedSource> source_;
  CancelToken cancel_;
  Observer observer_;
};

std::vector<std::size_t> numbers(const std::vector<ShardManifest>& manifests) {
  std::vector<std::size_t> all;
  for (const auto& manifest : manifests) all.push_back(manifest.shard.number);
  return all;
}

TEST_F(UpdatePlanTest, NothingToDo) {
  stored(0, {{"a"}, {"b"}});
  stored(1, {{"c"}});
  const UpdatePlan made = plan({{"a"}, {"b"}, {"c"}}).value();
  EXPECT_TRUE(made.nothing());
  EXPECT_THAT(numbers(made.kept), ElementsAre(0, 1));
  EXPECT_EQ(made.images_kept, 3);
}

TEST_F(UpdatePlanTest, OnlyTheShardsOfWhatChangedAreTouched) {
  stored(0, {{"a"}, {"c"}});
  stored(3, {{"e"}, {"g"}, {"i"}});
  stored(7, {{"k"}, {"m"}});
  const UpdatePlan made = plan({{"a"}, {"b"}, {"c"}, {"e"}, {"g", 2}, {"l"}, {"m"}}).value();
  EXPECT_THAT(numbers(made.kept), ElementsAre(0));
  ASSERT_EQ(made.changed.size(), 2U);
  EXPECT_EQ(made.changed[0].manifest.shard.number, 3U);
  EXPECT_EQ(made.changed[0].images, 2U);
  EXPECT_EQ(made.changed[0].end - made.changed[0].begin, 1U);
  EXPECT_EQ(made.changed[1].images, 1U);
  EXPECT_EQ(made.changed[1].begin, made.changed[1].end);
  EXPECT_THAT(made.anew, ElementsAre(4, 1, 5));  // g; b, l
  EXPECT_EQ(made.images_kept, 4);
  EXPECT_EQ(made.images_changed, 1);
  EXPECT_EQ(made.images_added, 2);
  EXPECT_EQ(made.images_removed, 2);
  EXPECT_EQ(made.next_number, 8U);
  const ShardMatch match =
      match_shard(*store_, *source_, made.states, made.changed[0].manifest).value();
  EXPECT_THAT(match.fate, ElementsAre(RowFate::kKept, RowFate::kChanged, RowFate::kRemoved));
  EXPECT_THAT(match.images(RowFate::kKept), ElementsAre(3));
}

TEST_F(UpdatePlanTest, AShardMayDisappear) {
  stored(0, {{"a"}});
  stored(1, {{"b"}});
  const UpdatePlan made = plan({{"a"}}).value();
  ASSERT_EQ(made.changed.size(), 1U);
  EXPECT_EQ(made.changed[0].images, 0U);
  EXPECT_THAT(made.anew, IsEmpty());
  EXPECT_FALSE(made.nothing());
}

// As an interrupted update leaves it: the changed image is in a new shard, the old row still there.
TEST_F(UpdatePlanTest, ARowThatIsThereAnewReplacesTheOldOne) {
  stored(0, {{"a", 1}, {"b"}});
  stored(1, {{"a", 2}});
  const UpdatePlan made = plan({{"a", 2}, {"b"}}).value();
  EXPECT_THAT(numbers(made.kept), ElementsAre(1));
  ASSERT_EQ(made.changed.size(), 1U);
  EXPECT_EQ(made.changed[0].images, 1U);
  EXPECT_THAT(made.anew, IsEmpty());
  EXPECT_EQ(made.images_removed, 1);
}

TEST_F(UpdatePlanTest, TwoOldRowsOfAnImageBecomeOne) {
  stored(0, {{"a", 1}});
  stored(1, {{"a", 2}});
  const UpdatePlan made = plan({{"a", 3}}).value();
  EXPECT_THAT(made.anew, ElementsAre(0));
  EXPECT_EQ(made.images_added, 1);
  EXPECT_EQ(made.images_removed, 2);
}

TEST_F(UpdatePlanTest, RowsOfOnePathAreKeptTogetherOrNotAtAll) {
  stored(0, {{"a", 1}, {"a", 2}, {"b"}});
  const UpdatePlan all = plan({{"a", 1}, {"a", 2}, {"b"}}).value();
  EXPECT_TRUE(all.nothing());
  const UpdatePlan some = plan({{"a", 1}, {"a", 3}, {"b"}}).value();
  ASSERT_EQ(some.changed.size(), 1U);
  EXPECT_EQ(some.changed[0].images, 2U);
  EXPECT_THAT(some.anew, ElementsAre(0, 1));
  EXPECT_EQ(some.images_kept, 1);
  EXPECT_EQ(some.images_changed + some.images_added, 2);
}

TEST_F(UpdatePlanTest, AnImageThatIsThereTwiceIsAnError) {
  stored(0, {{"a"}});
  stored(1, {{"a"}});
  const auto made = plan({{"a"}});
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message(), HasSubstr("a twice"));
}

TEST_F(UpdatePlanTest, ManyRowsInAnyOrderOfShards) {
  std::vector<Listed> listed;
  std::vector<std::vector<Listed>> shards(5);
  for (int i = 1000; i < 3000; ++i) {
    const Listed image{std::to_string(i), i % 11};
    if (i % 3 != 0) listed.push_back(image);
    if (i % 7 != 0) shards[static_cast<std::size_t>(i % 5)].push_back(image);
  }
  for (std::size_t shard = 0; shard < shards.size(); ++shard) stored(shard, shards[shard]);
  const UpdatePlan made = plan(listed).value();
  int64_t kept = 0;
  int64_t added = 0;
  int64_t removed = 0;
  for (int i = 1000; i < 3000; ++i) {
    kept += (i % 3 != 0 && i % 7 != 0) ? 1 : 0;
    added += (i % 3 != 0 && i % 7 == 0) ? 1 : 0;
    removed += (i % 3 == 0 && i % 7 != 0) ? 1 : 0;
  }
  EXPECT_EQ(made.images_kept, kept);
  EXPECT_EQ(made.images_added, added);
  EXPECT_EQ(made.images_removed, removed);
  EXPECT_EQ(made.images_changed, 0);
}

}  // namespace
}  // namespace verger

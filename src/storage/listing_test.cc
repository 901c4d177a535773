#include "storage/listing.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> images(const ScratchFolder& folder, const InputOptions& options = {}) {
  const auto files = list_images(*Store::open(folder.path().string()).value(), options);
  EXPECT_TRUE(files.ok()) << files.error().message();
  std::vector<std::string> names;
  if (files.ok()) {
    for (const auto& file : *files) names.push_back(file.name);
  }
  return names;
}

TEST(ListImages, TakesJpegAndPngInAnyCase) {
  const ScratchFolder folder;
  for (const char* name :
       {"a.jpg", "b.JPG", "c/d.JpEg", "e f.png", "g.gif", "h.jpg.txt", "jpg", "i.jpegs"}) {
    folder.write(name, "");
  }
  EXPECT_THAT(images(folder), ElementsAre("a.jpg", "b.JPG", "c/d.JpEg", "e f.png"));
}

TEST(ListImages, MatchesAPatternAgainstTheNameAlone) {
  const ScratchFolder folder;
  for (const char* name : {"a.jpg", "b.JPG", "r_1.jpg/c.gif", "d/r_2.jpg"}) folder.write(name, "");
  EXPECT_THAT(images(folder, {.pattern = "*.jpg"}), ElementsAre("a.jpg", "d/r_2.jpg"));
  EXPECT_THAT(images(folder, {.pattern = "r_[0-9]*"}), ElementsAre("d/r_2.jpg"));
  EXPECT_THAT(images(folder, {.pattern = "*"}),
              ElementsAre("a.jpg", "b.JPG", "d/r_2.jpg", "r_1.jpg/c.gif"));
  EXPECT_THAT(images(folder, {.pattern = "*.jpg", .recursive = false}), ElementsAre("a.jpg"));
}

TEST(ListImages, SkipsHiddenFilesAndFoldersAsSparkDoes) {
  const ScratchFolder folder;
  for (const char* name : {".a.jpg", "_b.jpg", ".c/d.jpg", "e/_f/g.jpg", "h/.i.jpg", "j_k/l.jpg"}) {
    folder.write(name, "");
  }
  EXPECT_THAT(images(folder), ElementsAre("j_k/l.jpg"));
}

TEST(ListImages, DoesNotMindAHiddenFolderAboveTheInput) {
  const ScratchFolder folder;
  folder.write(".cache/a.jpg", "");
  const auto store = Store::open((folder / ".cache").string()).value();
  EXPECT_EQ(list_images(*store, {}).value().size(), 1U);
}

TEST(ListImages, NamesPatternAndPlaceWhenNothingMatches) {
  const ScratchFolder folder;
  folder.write("a.gif", "");
  const auto store = Store::open(folder.path().string()).value();
  const auto none = list_images(*store, {});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), StatusCode::kIo);
  EXPECT_EQ(none.error().message(),
            "No .jpg, .jpeg or .png file in or below file:" + folder.path().string() + ".");
  const auto unmatched = list_images(*store, {.pattern = "*.bmp", .recursive = false});
  EXPECT_EQ(unmatched.error().message(),
            "No file named '*.bmp' directly in file:" + folder.path().string() + ".");
}

TEST(LabelOf, IsTheNameOfTheParentFolder) {
  EXPECT_EQ(label_of("file:/data/Test/Apple Red 1/3_100.jpg"), "Apple Red 1");
  EXPECT_EQ(label_of("file:/data/Test/3_100.jpg"), "Test");
  EXPECT_EQ(label_of("s3://bucket/3_100.jpg"), "bucket");
  EXPECT_EQ(label_of("file:/odd:/3_100.jpg"), "odd:");
  EXPECT_EQ(label_of("file:/3_100.jpg"), "");
}

TEST(PlanShards, CoversEveryImageOnceInBalancedRuns) {
  for (const std::size_t count :
       {1UL, 2UL, 23UL, 24UL, 25UL, 3'938UL, 22'688UL, 98'304UL, 98'305UL, 1'000'003UL}) {
    for (const int parts : {1, 2, 7, 24, 1000}) {
      const auto shards = plan_shards(count, parts);
      std::size_t next = 0;
      std::size_t smallest = count;
      std::size_t largest = 0;
      for (std::size_t number = 0; number < shards.size(); ++number) {
        ASSERT_EQ(shards[number].number, number);
        ASSERT_EQ(shards[number].begin, next);
        next = shards[number].end;
        smallest = std::min(smallest, shards[number].size());
        largest = std::max(largest, shards[number].size());
      }
      EXPECT_EQ(next, count);
      EXPECT_GE(smallest, 1U);
      EXPECT_LE(largest, kMaxShardRows);
      EXPECT_LE(largest - smallest, 1U);
      const std::size_t asked = std::min(count, static_cast<std::size_t>(parts));
      const std::size_t needed = (count + kMaxShardRows - 1) / kMaxShardRows;
      EXPECT_EQ(shards.size(), std::max(asked, needed)) << count << " in " << parts;
    }
  }
}

TEST(PlanShards, HasNoneForNoImages) { EXPECT_TRUE(plan_shards(0, 24).empty()); }

}  // namespace
}  // namespace verger

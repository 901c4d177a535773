// SPDX-License-Identifier: Apache-2.0
#include "storage/listing.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> images(const ScratchFolder& folder, const InputOptions& options = {}) {
  PassedOver passed_over;
  const auto files =
      list_images(*Store::open(folder.path().string()).value(), options, passed_over);
  EXPECT_TRUE(files.ok()) << files.error().message();
  std::vector<std::string> names;
  if (files.ok()) {
    for (std::size_t i = 0; i < files->size(); ++i) names.push_back((*files)[i].key);
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

TEST(ListImages, LeavesOutFoldersThatCannotBeReadAndAreNotWanted) {
  const ScratchFolder folder;
  for (const char* name : {"a/1.jpg", ".Trashes/2.jpg", "lost+found/3.jpg"}) folder.write(name, "");
  for (const char* name : {".Trashes", "lost+found"}) {
    std::filesystem::permissions(folder / name, std::filesystem::perms::none);
  }
  const auto store = Store::open(folder.path().string()).value();
  PassedOver passed_over;
  const auto all = list_images(*store, {}, passed_over);
  if (geteuid() != 0) {  // root may read them
    EXPECT_THAT(all.error().message(), HasSubstr("; exclude '/lost+found' leaves it out."));
  }
  EXPECT_EQ(
      list_images(*store, {.pattern = "", .exclude = {"/lost+found"}}, passed_over).value().size(),
      1U);
  EXPECT_EQ(passed_over.text(),
            "1 folder whose name begins with _ or ., 1 excluded file or folder");
  for (const char* name : {".Trashes", "lost+found"}) {
    std::filesystem::permissions(folder / name, std::filesystem::perms::all);
  }
}

TEST(ListImages, DoesNotMindAHiddenFolderAboveTheInput) {
  const ScratchFolder folder;
  folder.write(".cache/a.jpg", "");
  const auto store = Store::open((folder / ".cache").string()).value();
  PassedOver passed_over;
  EXPECT_EQ(list_images(*store, {}, passed_over).value().size(), 1U);
}

TEST(ListImages, NamesPatternAndPlaceWhenNothingMatches) {
  const ScratchFolder folder;
  folder.write("a.gif", "");
  const auto store = Store::open(folder.path().string()).value();
  PassedOver passed_over;
  const auto none = list_images(*store, {}, passed_over);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code(), StatusCode::kIo);
  EXPECT_EQ(none.error().message(), "No .jpg, .jpeg or .png file in or below " +
                                        folder.path().string() +
                                        " can be taken; passed over: 1 .gif file.");
  std::filesystem::remove(folder / "a.gif");
  const auto unmatched = list_images(*store, {.pattern = "*.bmp", .recursive = false}, passed_over);
  EXPECT_EQ(unmatched.error().message(),
            "No file named '*.bmp' directly in " + folder.path().string() + ".");
}

}  // namespace
}  // namespace verger

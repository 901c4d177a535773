// SPDX-License-Identifier: Apache-2.0
#include "storage/local_listing.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <algorithm>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<std::vector<FileEntry>> list(const std::string& path, const std::string& prefix,
                                    bool recursive, bool missing_ok) {
  std::vector<FileEntry> files;
  const Status status =
      visit_local(path, prefix, {.recursive = recursive, .missing_ok = missing_ok}, 3, path,
                  [&](FileEntry file) -> Status {
                    files.push_back(std::move(file));
                    return {};
                  });
  if (!status.ok()) return status;
  std::ranges::sort(files, {}, &FileEntry::name);
  return files;
}

std::vector<std::string> names(const std::filesystem::path& path, bool recursive = true) {
  const auto files = list(path.string(), "", recursive, false);
  EXPECT_TRUE(files.ok()) << files.error().message();
  std::vector<std::string> names;
  if (files.ok()) {
    for (const auto& file : *files) names.push_back(file.name);
  }
  return names;
}

TEST(LocalListing, IsSortedByTheBytesOfTheWholeName) {
  const ScratchFolder folder;
  // '-' < '/' < 'A' < 'a' < 'é' (0xC3…): a folder's files need not be neighbours of each other.
  for (const char* name : {"a/z", "a-b/x", "aé/x", "A/x", "b", "a/é", "aA"}) {
    folder.write(name, "");
  }
  EXPECT_THAT(names(folder.path()), ElementsAre("A/x", "a-b/x", "a/z", "a/é", "aA", "aé/x", "b"));
}

TEST(LocalListing, HoldsSizesAndTimes) {
  const ScratchFolder folder;
  folder.write("a b/x.jpg", "12345");
  const timespec times[2] = {{1, 0}, {1'700'000'000, 123'456'789}};
  ASSERT_EQ(utimensat(AT_FDCWD, (folder / "a b/x.jpg").c_str(), times, 0), 0);
  const auto files = list(folder.path().string(), "in/", true, false);
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 1U);
  EXPECT_EQ(files->front().name, "in/a b/x.jpg");
  EXPECT_EQ(files->front().size, 5);
  EXPECT_EQ(files->front().mtime_ns, 1'700'000'000'123'456'789);
}

TEST(LocalListing, StaysInTheFolderWhenNotRecursive) {
  const ScratchFolder folder;
  folder.write("x", "");
  folder.write("below/y", "");
  EXPECT_THAT(names(folder.path(), false), ElementsAre("x"));
}

TEST(LocalListing, FollowsLinksWithoutLoops) {
  const ScratchFolder folder;
  folder.write("real/x", "123");
  std::filesystem::create_symlink("real/x", folder / "file");
  std::filesystem::create_directory_symlink("real", folder / "twin");
  std::filesystem::create_directory_symlink("..", folder / "real/up");
  std::filesystem::create_directory_symlink(".", folder / "real/self");
  EXPECT_THAT(names(folder.path()), ElementsAre("file", "real/x", "twin/x"));
  const auto files = list(folder.path().string(), "", true, false);
  EXPECT_EQ(files->front().size, 3);
}

TEST(LocalListing, ListsBrokenLinksSoThatNothingIsLostInSilence) {
  const ScratchFolder folder;
  std::filesystem::create_symlink("nowhere", folder / "broken.jpg");
  std::filesystem::create_symlink("circle.jpg", folder / "circle.jpg");
  const auto files = list(folder.path().string(), "", true, false);
  ASSERT_TRUE(files.ok());
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ(files->at(0).size, 0);
}

TEST(LocalListing, PassesOverTemporariesAndWhatIsNotAFile) {
  const ScratchFolder folder;
  folder.write(std::string(kTemporaryPrefix) + "0123-part", "half");
  ASSERT_EQ(mkfifo((folder / "pipe.jpg").c_str(), 0600), 0);
  EXPECT_THAT(names(folder.path()), IsEmpty());
}

TEST(LocalListing, TellsMissingFoldersFromFiles) {
  const ScratchFolder folder;
  folder.write("x", "");
  const std::string missing = (folder / "missing").string();
  EXPECT_THAT(list(missing, "", true, true).value(), IsEmpty());
  const auto absent = list(missing, "", true, false);
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code(), StatusCode::kIo);
  EXPECT_EQ(absent.error().message(), "Cannot list " + missing + ": no such file or directory.");
  const auto file = list((folder / "x").string(), "", true, true);
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.error().message(), HasSubstr("not a directory"));
}

TEST(LocalListing, NamesTheFolderThatCannotBeRead) {
  const ScratchFolder folder;
  // Unreadable for root as well: a path that is longer than any system call takes.
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string name(250, 'd');
  for (int depth = 0; depth < 18; ++depth) {
    ASSERT_EQ(mkdir(name.c_str(), 0700), 0);
    std::filesystem::current_path(name);
  }
  std::filesystem::current_path(here);
  const auto files = list(folder.path().string(), "", true, false);
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().code(), StatusCode::kIo);
  EXPECT_THAT(files.error().message(), HasSubstr(name));
  EXPECT_THAT(files.error().message(), HasSubstr("name too long"));
}

TEST(LocalListing, KeepsEntriesSmall) { static_assert(sizeof(FileEntry) <= 48); }

}  // namespace
}  // namespace verger

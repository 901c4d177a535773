// SPDX-License-Identifier: Apache-2.0
#include "sample/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

namespace fs = std::filesystem;

// Every file below `root`: relative name → bytes.
std::map<std::string, std::string> files(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[fs::relative(entry.path(), root).string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

TEST(Sample, ImagesAreSpreadEvenly) {
  const ScratchFolder scratch;
  ASSERT_TRUE(write_sample(scratch.path().string(), {.images = 11, .classes = 3}).ok());
  std::map<std::string, int> count;
  for (const auto& [name, bytes] : files(scratch.path())) ++count[fs::path(name).parent_path()];
  EXPECT_EQ(count, (std::map<std::string, int>{
                       {"Apple Crimson", 4}, {"Apple Golden", 4}, {"Apple Rose", 3}}));
}

TEST(Sample, TheSameSeedGivesTheSameFiles) {
  const ScratchFolder scratch;
  ASSERT_TRUE(write_sample((scratch / "a").string(), {.images = 8, .classes = 4, .seed = 2}).ok());
  ASSERT_TRUE(write_sample((scratch / "b").string(), {.images = 8, .classes = 4, .seed = 2}).ok());
  ASSERT_TRUE(write_sample((scratch / "c").string(), {.images = 8, .classes = 4, .seed = 3}).ok());
  const auto first = files(scratch / "a");
  EXPECT_EQ(first, files(scratch / "b"));
  EXPECT_NE(first, files(scratch / "c"));
  EXPECT_EQ(first.count("Apple Crimson/0_100.jpg"), 1U);
}

TEST(Sample, MoreImagesKeepTheFirstOnes) {
  const ScratchFolder scratch;
  ASSERT_TRUE(write_sample((scratch / "few").string(), {.images = 4, .classes = 2}).ok());
  ASSERT_TRUE(write_sample((scratch / "many").string(), {.images = 9, .classes = 2}).ok());
  const auto many = files(scratch / "many");
  for (const auto& [name, bytes] : files(scratch / "few")) EXPECT_EQ(many.at(name), bytes) << name;
}

TEST(Sample, AFolderThatIsNotEmptyIsRefused) {
  const ScratchFolder scratch;
  scratch.write("mine.txt", "keep");
  const Status status = write_sample(scratch.path().string(), {});
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), testing::HasSubstr("not empty"));
  EXPECT_EQ(files(scratch.path()).size(), 1U);
}

TEST(Sample, AFileInItsPlaceIsRefused) {
  const ScratchFolder scratch;
  scratch.write("mine.txt", "keep");
  EXPECT_EQ(write_sample((scratch / "mine.txt").string(), {}).code(), StatusCode::kIo);
  EXPECT_EQ(write_sample((scratch / "mine.txt" / "below").string(), {}).code(), StatusCode::kIo);
}

TEST(Sample, AFileUriIsAFolder) {
  const ScratchFolder scratch;
  const std::string uri = "file://" + (scratch / "a").string() + "%20b";
  ASSERT_TRUE(write_sample(uri, {.images = 1, .classes = 1}).ok());
  EXPECT_TRUE(fs::exists(scratch / "a b" / "Apple Crimson" / "0_100.jpg"));
}

TEST(Sample, AnotherUriIsRefused) {
  EXPECT_EQ(write_sample("s3://bucket/orchard", {}).code(), StatusCode::kIo);
}

TEST(Sample, ImpossibleNumbersAreRefused) {
  EXPECT_EQ(SampleOptions{.classes = 0}.validate().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ((SampleOptions{.images = 3, .classes = 4}.validate().code()),
            StatusCode::kInvalidArgument);
  EXPECT_TRUE((SampleOptions{.images = 4, .classes = 4}.validate().ok()));
}

}  // namespace
}  // namespace verger

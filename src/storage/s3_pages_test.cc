#include "storage/s3_pages.h"

#include <gmock/gmock.h>

namespace verger {
namespace {

using arrow::fs::FileInfo;
using arrow::fs::FileType;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<FileInfo> page(const std::vector<std::pair<std::string, int64_t>>& files) {
  std::vector<FileInfo> entries;
  for (const auto& [path, size] : files) {
    entries.emplace_back(path, FileType::File);
    entries.back().set_size(size);
  }
  return entries;
}

TEST(S3Pages, RefuseWhatCannotBeTrue) {
  S3Pages pages("s3://b/Test", "b/Test/");
  const auto first = page({{"b/Test/A/1.jpg", 10}, {"b/Test/A/2.jpg", 0}});
  EXPECT_TRUE(pages.check(first).ok());
  EXPECT_EQ(pages.name_of(first[1]), "A/2.jpg");
  EXPECT_THAT(pages.check(page({{"b/Tes", 1}})).message(), HasSubstr("does not lie there"));
  EXPECT_THAT(pages.check(page({{"c/Test/1.jpg", 1}})).message(), HasSubstr("s3://b/Test"));
  EXPECT_THAT(pages.check(page({{"b/Test/B/1.jpg", -1}})).message(), HasSubstr("has -1 bytes"));
  EXPECT_THAT(pages.check(first).message(), HasSubstr("comes again"));
  EXPECT_TRUE(pages.check({FileInfo("b/Test/A", FileType::Directory)}).ok());
  EXPECT_TRUE(pages.check({FileInfo("b/Test/A", FileType::Directory)}).ok());
}

TEST(FolderGate, AsksOfEachFolderOnce) {
  std::vector<std::string> asked;
  const Walk walk{.enter = [&](const std::string& name) {
    asked.push_back(name);
    return name.find("_x") == name.npos;
  }};
  FolderGate gate("", walk);
  EXPECT_TRUE(gate.admits("1.jpg"));
  EXPECT_TRUE(gate.admits("a/1.jpg"));
  EXPECT_TRUE(gate.admits("a/b/1.jpg"));
  EXPECT_TRUE(gate.admits("a/b/2.jpg"));
  EXPECT_TRUE(gate.admits("a/2.jpg"));
  EXPECT_FALSE(gate.admits("a/_x/1.jpg"));
  EXPECT_FALSE(gate.admits("a/_x/y/1.jpg"));
  EXPECT_TRUE(gate.admits("a//1.jpg"));
  EXPECT_TRUE(gate.admits("ab/1.jpg"));
  EXPECT_THAT(asked, ElementsAre("a", "a/b", "a/_x", "a/", "ab"));
}

TEST(FolderGate, AsksNothingOfTheFolderThatIsWalkedThrough) {
  const Walk walk{.enter = [&](const std::string& name) { return name == "a/_x/b"; }};
  FolderGate gate("a/_x", walk);
  EXPECT_TRUE(gate.admits("a/_x/1.jpg"));
  EXPECT_TRUE(gate.admits("a/_x/b/1.jpg"));
  EXPECT_FALSE(gate.admits("a/_x/c/1.jpg"));
}

}  // namespace
}  // namespace verger

#include "output/output_folder.h"
#include "output/run_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace verger {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class OutputFolderTest : public ::testing::Test {
 protected:
  OutputFolderTest()
      : root_(std::filesystem::temp_directory_path() /
              ("verger-output-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(root_);
    store_ = *Store::open(root_.string());
  }
  ~OutputFolderTest() override { std::filesystem::remove_all(root_); }

  void touch(const std::string& name) { ASSERT_TRUE(store_->write(name, "x").ok()); }
  bool exists(const std::string& name) { return std::filesystem::exists(root_ / name); }

  void record_run(Layout layout) {
    RunRecord record;
    record.options.output.layout = layout;
    ASSERT_TRUE(write_record(*store_, record).ok());
  }

  std::filesystem::path root_;
  std::shared_ptr<Store> store_;
};

TEST_F(OutputFolderTest, AnAbsentOrEmptyFolderIsFree) {
  const OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  EXPECT_TRUE(folder.check_free({}).ok());
  std::filesystem::create_directories(root_);
  EXPECT_TRUE(folder.check_free({}).ok());
}

TEST_F(OutputFolderTest, AFolderWithFilesIsNotFreeUnlessOverwritten) {
  touch("notes.txt");
  const OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  const Status status = folder.check_free({});
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("notes.txt"));
  EXPECT_THAT(status.message(), HasSubstr("--overwrite"));
  EXPECT_TRUE(folder.check_free({.overwrite = true}).ok());
}

TEST_F(OutputFolderTest, OnlyARunOfOursCanBeResumed) {
  const OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  EXPECT_TRUE(folder.check_free({.resume = true}).ok());  // begins
  touch("_verger/leases/a.json");
  EXPECT_TRUE(folder.check_free({.resume = true}).ok());
  EXPECT_TRUE(folder.check_free({}).ok());
  touch("notes.txt");
  EXPECT_THAT(folder.check_free({.resume = true}).message(), HasSubstr("no run of verger"));
  record_run(Layout::kTables);
  EXPECT_TRUE(folder.check_free({.resume = true}).ok());
  EXPECT_THAT(folder.check_free({}).message(), HasSubstr("--resume"));
  touch("_SUCCESS");
  EXPECT_THAT(folder.check_free({}).message(), HasSubstr("already holds files"));
}

TEST_F(OutputFolderTest, TablesOfAnotherLayoutAreNotReplaced) {
  record_run(Layout::kNotebook);
  const OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  EXPECT_THAT(folder.check_free({.overwrite = true}).message(), HasSubstr("--layout notebook"));
  EXPECT_THAT(folder.check_free({.resume = true}).message(), HasSubstr("--layout notebook"));
}

TEST_F(OutputFolderTest, AReductionMayJoinFeatures) {
  touch("features/part-00000-a.parquet");
  const OutputFolder folder(store_, Layout::kTables, Tables::kReduction);
  EXPECT_TRUE(folder.check_free({}).ok());
  touch("pca/part-00000-a.parquet");
  EXPECT_FALSE(folder.check_free({}).ok());
}

TEST_F(OutputFolderTest, FinishRemovesOldPartsKeepsForeignFilesAndSetsTheMarks) {
  for (const char* name : {"features/part-00000-old.parquet", "pca/part-00000-old.parquet",
                           "rejected/part-00000-old.parquet", "_verger/shards/00009.json",
                           "features/notes.txt", "features/part-00000-new.parquet",
                           "pca/part-00000-new.parquet", "_SUCCESS", "pca/_SUCCESS"}) {
    touch(name);
  }
  touch("_verger/leases/.verger-tmp-1-killed.json");
  OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  ASSERT_TRUE(folder.begin().ok());
  EXPECT_FALSE(exists("_SUCCESS"));
  EXPECT_FALSE(exists("pca/_SUCCESS"));
  ASSERT_TRUE(
      folder.finish({"features/part-00000-new.parquet", "pca/part-00000-new.parquet"}).ok());
  EXPECT_FALSE(exists("features/part-00000-old.parquet"));
  EXPECT_FALSE(exists("pca/part-00000-old.parquet"));
  EXPECT_FALSE(exists("rejected/part-00000-old.parquet"));
  EXPECT_FALSE(exists("_verger/shards/00009.json"));
  EXPECT_TRUE(exists("features/part-00000-new.parquet"));
  EXPECT_TRUE(exists("features/notes.txt"));
  EXPECT_FALSE(exists("_verger/leases/.verger-tmp-1-killed.json"));
  EXPECT_TRUE(exists("_SUCCESS"));
  EXPECT_TRUE(exists("features/_SUCCESS"));
  EXPECT_TRUE(exists("pca/_SUCCESS"));
}

TEST_F(OutputFolderTest, ANewExtractionDropsTheProjectionsOfTheOldOne) {
  touch("pca/part-00000-old.parquet");
  touch("model/model.json");
  OutputFolder folder(store_, Layout::kTables, Tables::kFeatures);
  ASSERT_TRUE(folder.begin().ok());
  ASSERT_TRUE(folder.finish({}).ok());
  EXPECT_FALSE(exists("pca/part-00000-old.parquet"));
  EXPECT_FALSE(exists("model/model.json"));
  EXPECT_FALSE(exists("pca/_SUCCESS"));
}

TEST_F(OutputFolderTest, AReductionLeavesTheFeaturesAlone) {
  touch("features/part-00000-a.parquet");
  touch("features/_SUCCESS");
  touch("_verger/shards/00000.json");
  OutputFolder folder(store_, Layout::kTables, Tables::kReduction);
  ASSERT_TRUE(folder.begin().ok());
  EXPECT_TRUE(exists("features/_SUCCESS"));
  ASSERT_TRUE(folder.finish({}).ok());
  EXPECT_TRUE(exists("features/part-00000-a.parquet"));
  EXPECT_TRUE(exists("_verger/shards/00000.json"));
}

TEST_F(OutputFolderTest, InTheNotebooksLayoutForeignFilesBesideThePartsAreKept) {
  for (const char* name : {"part-00000-old.parquet", "package.json", "weights.npy"}) touch(name);
  OutputFolder folder(store_, Layout::kNotebook, Tables::kAll);
  ASSERT_TRUE(folder.begin().ok());
  ASSERT_TRUE(folder.finish({}).ok());
  EXPECT_FALSE(exists("part-00000-old.parquet"));
  EXPECT_TRUE(exists("package.json"));
  EXPECT_TRUE(exists("weights.npy"));
}

TEST(OutputNames, UuidsAreOfVersion4AndDiffer) {
  const std::string uuid = random_uuid();
  EXPECT_THAT(uuid, MatchesRegex("[0-9a-f]+-[0-9a-f]+-4[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+"));
  EXPECT_EQ(uuid.size(), 36u);
  EXPECT_NE(uuid, random_uuid());
}

TEST(OutputNames, BelowTheOutputItselfIsTheNameAlone) {
  EXPECT_EQ(below("", "a.parquet"), "a.parquet");
  EXPECT_EQ(below("pca", "a.parquet"), "pca/a.parquet");
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "output/output_folder.h"
#include "base/uuid.h"
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

  // The record of a finished or an interrupted run, which is known by the UUID kOld.
  void record_run(Layout layout, const std::string& command = "run") {
    RunRecord record;
    record.command = command;
    record.uuids = {kOld};
    record.options.output.layout = layout;
    ASSERT_TRUE(write_record(*store_, record).ok());
  }

  static std::string part(const std::string& folder, const std::string& uuid) {
    return below(folder, "part-00000-" + uuid + "-c000.snappy.parquet");
  }

  // Why a run of this layout may not replace what is there.
  std::string refusal(Layout layout = Layout::kTables, Tables tables = Tables::kAll) {
    const Status status = OutputFolder(store_, layout, tables).check_free({.overwrite = true});
    EXPECT_EQ(OutputFolder(store_, layout, tables).begin(kNew).ok(), status.ok());
    return std::string(status.message());
  }

  const std::string kOld = random_uuid();
  const std::string kNew = random_uuid();
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
  EXPECT_THAT(status.message(), HasSubstr("overwrite=True"));
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
  EXPECT_THAT(folder.check_free({}).message(), HasSubstr("resume=True"));
  touch("_SUCCESS");
  EXPECT_THAT(folder.check_free({}).message(), HasSubstr("already holds files"));
}

TEST_F(OutputFolderTest, TablesOfAnotherLayoutAreNotReplaced) {
  record_run(Layout::kNotebook);
  const OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  EXPECT_THAT(folder.check_free({.overwrite = true}).message(), HasSubstr("layout='notebook'"));
  EXPECT_THAT(folder.check_free({.resume = true}).message(), HasSubstr("layout='notebook'"));
}

TEST_F(OutputFolderTest, AReductionMayJoinFeatures) {
  touch("features/part-00000-a.parquet");
  const OutputFolder folder(store_, Layout::kTables, Tables::kReduction);
  EXPECT_TRUE(folder.check_free({}).ok());
  touch("pca/part-00000-a.parquet");
  EXPECT_FALSE(folder.check_free({}).ok());
}

TEST_F(OutputFolderTest, FinishRemovesOldPartsKeepsForeignFilesAndSetsTheMarks) {
  record_run(Layout::kTables);
  const std::string kept[] = {part("features", kNew), part("pca", kNew),   "features/_notes.txt",
                              "model/config.json",    "model/weights.npy", "notes.txt"};
  const std::string replaced[] = {part("features", kOld), part("pca", kOld),
                                  part("rejected", kOld), "_verger/shards/00009.json",
                                  "model/mean.npy",       "report.html"};
  for (const auto& name : kept) touch(name);
  for (const auto& name : replaced) touch(name);
  touch("_SUCCESS");
  touch("pca/_SUCCESS");
  touch("_verger/plan/00000-x.parquet");
  OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  for (const auto& name : {kept[0], kept[1]}) ASSERT_TRUE(store_->remove(name).ok());
  const auto runs = folder.begin(kNew);
  ASSERT_TRUE(runs.ok()) << runs.error().message();
  EXPECT_THAT(*runs, testing::UnorderedElementsAre(kOld, kNew));
  EXPECT_FALSE(exists("_SUCCESS"));
  EXPECT_FALSE(exists("pca/_SUCCESS"));
  EXPECT_FALSE(exists("report.html"));
  for (const auto& name : {kept[0], kept[1]}) touch(name);
  ASSERT_TRUE(folder.finish({kept[0], kept[1]}).ok());
  for (const auto& name : kept) EXPECT_TRUE(exists(name)) << name;
  for (const auto& name : replaced) EXPECT_FALSE(exists(name)) << name;
  EXPECT_FALSE(exists("_verger/plan"));
  for (const char* name : {"_SUCCESS", "features/_SUCCESS", "pca/_SUCCESS"}) {
    EXPECT_TRUE(exists(name)) << name;
  }
}

TEST_F(OutputFolderTest, RemovesTheTemporaryFilesOfRunsAndNoOthers) {
  record_run(Layout::kTables);
  const std::string temporary = ".verger-tmp-12-";
  const std::string ours[] = {"_verger/leases/" + temporary + "x.json", temporary + "_SUCCESS",
                              "_verger/" + temporary + "run.json",
                              "features/" + temporary + part("", kOld)};
  const std::string others[] = {"inner/" + temporary + "_SUCCESS", temporary + "thesis.tex",
                                "features/" + temporary + part("", random_uuid())};
  for (const auto& name : ours) touch(name);
  for (const auto& name : others) touch(name);
  OutputFolder folder(store_, Layout::kTables, Tables::kAll);
  ASSERT_TRUE(folder.begin(kNew).ok());
  ASSERT_TRUE(folder.sweep().ok());
  for (const auto& name : ours) EXPECT_FALSE(exists(name)) << name;
  for (const auto& name : others) EXPECT_TRUE(exists(name)) << name;
}

TEST_F(OutputFolderTest, ForeignFilesWhereARunWritesRefuseIt) {
  const std::string foreign[] = {"features/notes.txt",
                                 "features/deeper/part-0.parquet",
                                 part("features", kNew),
                                 "rejected/part-2019.parquet",
                                 "report.html",
                                 "model/model.json",
                                 "_SUCCESS",
                                 "_verger/shards/00001.json"};
  for (const auto& name : foreign) {
    touch(name);
    EXPECT_THAT(refusal(), HasSubstr(name + ", which no run of verger is known to have written"));
    EXPECT_TRUE(exists(name));
    std::filesystem::remove(root_ / name);
  }
  touch("model/config.json");
  touch("features/_notes.txt");
  EXPECT_EQ(refusal(), "");
}

TEST_F(OutputFolderTest, AnExtractionLeavesNoModel) {
  record_run(Layout::kTables, "extract");
  touch("model/model.json");
  EXPECT_THAT(refusal(), HasSubstr("model/model.json"));
  record_run(Layout::kTables, "run");
  EXPECT_EQ(refusal(), "");
}

TEST_F(OutputFolderTest, LinksAreNotFollowedForRemoval) {
  touch("elsewhere/config.json");
  std::filesystem::create_directory_symlink("elsewhere", root_ / "model");
  EXPECT_THAT(refusal(), HasSubstr("model is a link to another place"));
}

TEST_F(OutputFolderTest, PartsOfAnOlderVersionAreKnownByTheirNames) {
  record_run(Layout::kTables);
  RunRecord record = read_run_record(*store_).value();
  record.uuids.clear();
  ASSERT_TRUE(write_record(*store_, record).ok());
  touch(part("features", kOld));
  touch(part("pca", kOld));
  OutputFolder folder(store_, Layout::kTables, Tables::kReduction);
  EXPECT_THAT(folder.begin(kNew).value(), testing::UnorderedElementsAre(kOld, kNew));
  touch("features/part-00000-mine.parquet");
  EXPECT_THAT(refusal(), HasSubstr("part-00000-mine.parquet"));
}

TEST_F(OutputFolderTest, ANewExtractionDropsTheProjectionsOfTheOldOne) {
  record_run(Layout::kTables);
  touch(part("pca", kOld));
  touch("model/model.json");
  OutputFolder folder(store_, Layout::kTables, Tables::kFeatures);
  ASSERT_TRUE(folder.begin(kNew).ok());
  ASSERT_TRUE(folder.finish({}).ok());
  EXPECT_FALSE(exists(part("pca", kOld)));
  EXPECT_FALSE(exists("model/model.json"));
  EXPECT_FALSE(exists("pca/_SUCCESS"));
}

TEST_F(OutputFolderTest, AReductionLeavesTheFeaturesAlone) {
  for (const auto& name :
       {part("features", kOld), std::string("features/mine.parquet"),
        std::string("features/_SUCCESS"), std::string("_verger/shards/00000.json")}) {
    touch(name);
  }
  OutputFolder folder(store_, Layout::kTables, Tables::kReduction);
  ASSERT_TRUE(folder.begin(kNew).ok());
  EXPECT_TRUE(exists("features/_SUCCESS"));
  ASSERT_TRUE(folder.finish({}).ok());
  EXPECT_TRUE(exists(part("features", kOld)));
  EXPECT_TRUE(exists("features/mine.parquet"));
  EXPECT_TRUE(exists("_verger/shards/00000.json"));
}

TEST_F(OutputFolderTest, InTheNotebooksLayoutTheOutputItselfIsATable) {
  record_run(Layout::kNotebook);
  touch(part("", kOld));
  touch("inner/package.json");
  OutputFolder folder(store_, Layout::kNotebook, Tables::kAll);
  ASSERT_TRUE(folder.begin(kNew).ok());
  ASSERT_TRUE(folder.finish({}).ok());
  EXPECT_FALSE(exists(part("", kOld)));
  EXPECT_TRUE(exists("inner/package.json"));
  touch("package.json");  // which Spark would read as a part
  EXPECT_THAT(refusal(Layout::kNotebook), HasSubstr("package.json"));
}

TEST(OutputNames, BelowTheOutputItselfIsTheNameAlone) {
  EXPECT_EQ(below("", "a.parquet"), "a.parquet");
  EXPECT_EQ(below("pca", "a.parquet"), "pca/a.parquet");
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "search/searcher.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "output/output_folder.h"
#include "output/run_record.h"
#include "parquet/pca_part.h"
#include "search/duplicates.h"
#include "search/test_table.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

constexpr std::size_t kRows = 600;
constexpr std::size_t kWidth = 12;

// An output whose pca table, in two parts, is a clustered table.
class SearcherTest : public testing::Test {
 protected:
  SearcherTest() { write(clustered_table(kRows, kWidth, 6)); }

  void write(const SearchTable& table) {
    PcaModel model;
    model.width = kWidth;
    model.k = kWidth;
    model.count = kRows;
    model.mean.assign(kWidth, 0);
    model.deviation.assign(kWidth, 1);
    model.eigenvalues.assign(kWidth, 1);
    model.components.assign(kWidth * kWidth, 0);
    for (std::size_t i = 0; i < kWidth; ++i) model.components[i * kWidth + i] = 1;
    ReductionRecord reduction;
    for (std::size_t part = 0; part < 2; ++part) {
      FeatureRows rows;
      rows.width = kWidth;
      for (std::size_t row = part * kRows / 2; row < (part + 1) * kRows / 2; ++row) {
        rows.path.push_back(table.path[row]);
        rows.label.push_back(table.label[row]);
        for (const float x : table.row(row)) rows.features.push_back(3 * x);
      }
      reduction.parts.push_back(write_pca_part(*store_, below("pca", part_file_name(part, "u")),
                                               Layout::kTables, rows, model)
                                    .value());
    }
    RunRecord run;
    run.command = "run";
    run.state = "done";
    run.reduction = describe(model);
    EXPECT_TRUE(write_record(*store_, reduction).ok());
    EXPECT_TRUE(write_record(*store_, run).ok());
  }

  SearcherOptions options(std::size_t exact_rows) const {
    return {.exact_rows = exact_rows, .cache = (cache_ / "cache").string()};
  }

  Searcher open(std::size_t exact_rows) {
    auto searcher = Searcher::open(*store_, 2, cancel_, observer_, options(exact_rows));
    EXPECT_TRUE(searcher.ok()) << (searcher.ok() ? "" : searcher.error().message());
    return std::move(searcher).value();
  }

  ScratchFolder folder_;
  ScratchFolder cache_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();
  CancelToken cancel_;
  Observer observer_;
};

TEST_F(SearcherTest, ALargeTableIsSearchedByAnIndexThatIsKept) {
  const Searcher exact = open(kRows);
  EXPECT_EQ(exact.index(), nullptr);
  EXPECT_FALSE(store_->exists(std::string(kIndexRecordName)).value());
  const Searcher first = open(kRows - 1);
  ASSERT_NE(first.index(), nullptr);
  EXPECT_TRUE(first.table().unit.empty());
  const auto kept = store_->read(std::string(kIndexName)).value();
  const Searcher second = open(kRows - 1);
  EXPECT_EQ(store_->read(std::string(kIndexName)).value(), kept);
  EXPECT_EQ(exact.row_of("file:/599.jpg"), 599U);
  EXPECT_EQ(second.row_of("file:/no.jpg"), std::nullopt);
  for (const std::size_t row : {0U, 299U, 300U, 599U}) {
    const auto vector = second.vector_of(row).value();
    EXPECT_EQ(vector, exact.vector_of(row).value());
    EXPECT_EQ(exact.find(vector, 3).value()[0].row, row);
    EXPECT_EQ(second.find(vector, 3).value()[0].row, row);
  }
}

TEST_F(SearcherTest, AnIndexOfAnotherTableIsBuiltAnewAndADamagedOneRefused) {
  open(kRows - 1);
  const auto old = store_->read(std::string(kIndexName)).value();
  write(clustered_table(kRows, kWidth, 7));
  open(kRows - 1);
  auto bytes = store_->read(std::string(kIndexName)).value();
  EXPECT_NE(bytes, old);
  bytes.pop_back();
  ASSERT_TRUE(store_->write(std::string(kIndexName), bytes).ok());
  const auto refused = Searcher::open(*store_, 1, cancel_, observer_, options(kRows - 1));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("is damaged"));
}

TEST_F(SearcherTest, WhatIsFamiliarIsMeasuredOnlyForWhoAsks) {
  SearcherOptions unasked = options(kRows);
  unasked.familiarity = false;
  const auto silent = Searcher::open(*store_, 2, cancel_, observer_, unasked).value();
  EXPECT_EQ(silent.familiarity(), nullptr);
  EXPECT_FALSE(store_->exists(std::string(kFamiliarityName)).value());
  EXPECT_NE(open(kRows).familiarity(), nullptr);
  EXPECT_TRUE(store_->exists(std::string(kFamiliarityName)).value());
}

TEST_F(SearcherTest, WhatIsFamiliarIsMeasuredByTheIndexToo) {
  const Searcher exact = open(kRows);
  ASSERT_TRUE(store_->remove(std::string(kFamiliarityName)).ok());
  const Searcher indexed = open(kRows - 1);
  ASSERT_NE(indexed.index(), nullptr);
  ASSERT_NE(indexed.familiarity(), nullptr);
  for (const std::size_t row : {0U, 299U, 599U}) {
    const auto vector = exact.vector_of(row).value();
    const auto nearest = exact.find(vector, kFamiliarNeighbors).value();
    const Verdict first = exact.judge(vector, nearest).value().value();
    const Verdict second = indexed.judge(vector, nearest).value().value();
    EXPECT_NEAR(first.share, second.share, 0.02);
  }
}

// Hears what a search builds and warns of.
class ListeningObserver : public Observer {
 public:
  void note(std::string_view sentence) override { notes.emplace_back(sentence); }
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }

  std::vector<std::string> notes;
  std::vector<std::string> warnings;
};

TEST_F(SearcherTest, OfAnOutputThatCannotBeWrittenTheCacheKeepsWhatWasMade) {
  // A file stands where the folder would have to be.
  ASSERT_TRUE(store_->write("_verger/search", std::string_view("in the way")).ok());
  ListeningObserver first;
  const auto made = Searcher::open(*store_, 2, cancel_, first, options(kRows - 1)).value();
  EXPECT_EQ(first.notes.size(), 1U);  // the index is built
  EXPECT_THAT(first.warnings, testing::IsEmpty());
  ListeningObserver second;
  const auto kept = Searcher::open(*store_, 2, cancel_, second, options(kRows - 1)).value();
  EXPECT_THAT(second.notes, testing::IsEmpty());
  ASSERT_NE(kept.familiarity(), nullptr);
  EXPECT_EQ(kept.familiarity()->measured(), made.familiarity()->measured());
}

TEST_F(SearcherTest, WhereNothingCanBeKeptThatIsSaid) {
  ASSERT_TRUE(store_->write("_verger/search", std::string_view("in the way")).ok());
  SearcherOptions nowhere = options(kRows);
  nowhere.cache.clear();
  ListeningObserver observer;
  EXPECT_TRUE(Searcher::open(*store_, 2, cancel_, observer, nowhere).ok());
  ASSERT_EQ(observer.warnings.size(), 1U);
  EXPECT_THAT(observer.warnings[0], HasSubstr("What is familiar is not kept for the next search"));
}

TEST_F(SearcherTest, DuplicatesAreFoundByTheIndexToo) {
  SearchTable table = clustered_table(kRows, kWidth, 8);
  std::copy_n(table.unit.begin() + 5 * kWidth, kWidth, table.unit.begin() + 400 * kWidth);
  write(table);
  const Searcher searcher = open(kRows - 1);
  DuplicateOptions options;
  options.pixels = false;
  const auto duplicates = find_duplicates(searcher.table(), searcher.index(), read_by_path({}), {},
                                          options, cancel_, observer_)
                              .value();
  ASSERT_EQ(duplicates.groups.size(), 1U);
  EXPECT_THAT(duplicates.groups[0].rows, testing::ElementsAre(5, 400));
}

}  // namespace
}  // namespace verger

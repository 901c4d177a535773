// SPDX-License-Identifier: Apache-2.0
#include "search/familiarity.h"

#include <gmock/gmock.h>

#include <random>

#include "output/output_folder.h"
#include "search/all_nearest.h"
#include "search/test_table.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

constexpr std::size_t kComponents = 24;

Familiarity measured(const SearchTable& table) {
  Observer silence;
  return *measure_familiarity(table, 2, {CancelToken(), silence}).value();
}

Verdict verdict_of(const Familiarity& known, const SearchTable& table, std::span<const float> unit,
                   const std::vector<Neighbour>& neighbours) {
  return known.judge(unit, neighbours, table, read_row_of(table)).value();
}

// How many of the rows of `others` are told to be none of `table`.
int strangers_told(const Familiarity& known, const SearchTable& table, const SearchTable& others) {
  const auto nearest = compare_with_all(table, others.unit, kFamiliarNeighbors);
  int told = 0;
  for (std::size_t i = 0; i < others.size(); ++i) {
    told += verdict_of(known, table, others.row(i), nearest[i]).familiar ? 0 : 1;
  }
  return told;
}

// How many of its own rows, left out, are told so.
int alarms(const Familiarity& known, const SearchTable& table) {
  const auto rows = spread_rows(table.size(), table.size());
  Observer silence;
  const auto nearest =
      find_nearest_others(table, rows, kFamiliarNeighbors, 1, {CancelToken(), silence}).value();
  int told = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    told += verdict_of(known, table, table.row(i), nearest[i]).familiar ? 0 : 1;
  }
  return told;
}

// Ten classes that lie close together, in which the first components vary much and tell nothing.
SearchTable turning_table(std::size_t rows, unsigned seed, std::size_t first_class) {
  SearchTable table;
  table.width = kComponents;
  table.unit.resize(rows * kComponents);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t number = first_class + row % 10;
    const std::span<float> vector(table.unit.data() + row * kComponents, kComponents);
    for (std::size_t i = 0; i < kComponents; ++i) {
      vector[i] = (i < 4 ? 1.0F : 0.15F) * normal(random) + (i == 4 + number ? 1.0F : 0.0F);
    }
    scale_to_unit(vector);
    table.path.push_back("file:/" + std::to_string(row) + ".jpg");
    table.label.push_back("class " + std::to_string(number));
  }
  return table;
}

TEST(FamiliarityTest, TellsStrangersFromRowsThatAreLeftOut) {
  const SearchTable table = clustered_table(1000, kComponents, 1);
  const Familiarity known = measured(table);
  EXPECT_EQ(known.measured(), 1000U);
  EXPECT_EQ(known.metric(), "within-class");
  const SearchTable others = clustered_table(1000, kComponents, 2);  // around other centres
  EXPECT_GT(strangers_told(known, table, others), 950);
  EXPECT_LE(alarms(known, table), 1000 * known.false_alarms() + 3);
}

TEST(FamiliarityTest, WhatVariesWithinClassesHidesNoStranger) {
  const SearchTable table = turning_table(1000, 1, 0);
  const SearchTable strangers = turning_table(1000, 2, 10);
  const Familiarity known = measured(table);
  EXPECT_GT(strangers_told(known, table, strangers), 950);
  EXPECT_LE(alarms(known, table), 1000 * known.false_alarms() + 3);
  SearchTable unlabelled = table;
  unlabelled.label.assign(table.size(), "");
  EXPECT_LT(strangers_told(measured(unlabelled), unlabelled, strangers), 600);
}

TEST(FamiliarityTest, WithoutClassesTheCosineIsTakenAsItIs) {
  SearchTable table = clustered_table(1000, kComponents, 1);
  table.label.assign(table.size(), "");
  const Familiarity known = measured(table);
  EXPECT_EQ(known.metric(), "cosine");
  EXPECT_GT(strangers_told(known, table, clustered_table(1000, kComponents, 2)), 900);
  EXPECT_LE(alarms(known, table), 1000 * known.false_alarms() + 3);
}

TEST(FamiliarityTest, ShareGrowsAsAPhotographComesNearer) {
  const SearchTable table = clustered_table(500, kComponents, 1);
  const Familiarity known = measured(table);
  const SearchTable far = clustered_table(10, kComponents, 2);
  double before = -1;
  for (float part = 0; part <= 1; part += 0.05F) {
    std::vector<float> unit(kComponents);
    for (std::size_t i = 0; i < kComponents; ++i) {
      unit[i] = part * table.row(37)[i] + (1 - part) * far.row(0)[i];
    }
    scale_to_unit(unit);
    const auto nearest = compare_with_all(table, unit, kFamiliarNeighbors).front();
    const Verdict verdict = verdict_of(known, table, unit, nearest);
    EXPECT_EQ(verdict.familiar, verdict.share >= known.false_alarms());
    if (part > 0.7F) {
      EXPECT_GE(verdict.share, before);
    }
    before = verdict.share;
  }
  EXPECT_GT(before, 0.9);
}

TEST(FamiliarityTest, SmallTablesTellNothing) {
  Observer silence;
  const CancelToken cancel;
  const Watch watch{cancel, silence};
  EXPECT_FALSE(measure_familiarity(clustered_table(39, kComponents, 1), 1, watch).value());
  EXPECT_FALSE(measure_familiarity(clustered_table(400, 7, 1), 1, watch).value());
  EXPECT_FALSE(measure_familiarity(clustered_table(1, kComponents, 1), 1, watch).value());
}

TEST(FamiliarityTest, LargeTablesAreMeasuredBySomeRows) {
  const SearchTable table = clustered_table(2 * kMeasuredRows, kComponents, 1);
  EXPECT_EQ(measured(table).measured(), kMeasuredRows);
}

class KeptFamiliarityTest : public testing::Test {
 protected:
  SearchedOutput searched(const std::string& sha256) const {
    SearchedOutput searched;
    searched.reduction.parts.push_back({.name = "pca/part", .rows = 500, .sha256 = sha256});
    searched.run.reduction = RunRecord::Reduction{.k = kComponents};
    return searched;
  }

  const ScratchFolder folder_;
  const std::shared_ptr<Store> store_ = *Store::open(folder_.path());
  const SearchTable table_ = clustered_table(500, kComponents, 1);
  const Familiarity known_ = measured(table_);
};

TEST_F(KeptFamiliarityTest, IsReadAsItWasWritten) {
  ASSERT_TRUE(known_.save(*store_, searched("a")).ok());
  const auto read = Familiarity::load(*store_, searched("a")).value();
  ASSERT_TRUE(read);
  const SearchTable others = clustered_table(50, kComponents, 3);
  EXPECT_EQ(strangers_told(*read, table_, others), strangers_told(known_, table_, others));
  EXPECT_EQ(read->metric(), "within-class");
  EXPECT_EQ(read->measured(), 500U);
}

TEST_F(KeptFamiliarityTest, OfAnotherTableOrAbsentItIsNone) {
  EXPECT_FALSE(Familiarity::load(*store_, searched("a")).value());
  ASSERT_TRUE(known_.save(*store_, searched("a")).ok());
  EXPECT_FALSE(Familiarity::load(*store_, searched("b")).value());
}

TEST_F(KeptFamiliarityTest, DamagedItSaysWhatToDo) {
  const std::string name(kFamiliarityName);
  for (const char* text :
       {"{", R"({"format": "verger-familiarity", "version": 2})",
        R"({"format": "verger-familiarity", "version": 2, "table_sha256": "a", "measured": 9,
            "map_sha256": "", "map_labels": [], "labels": {}, "other_labels": 0.5, "margins": [0, 1]})"}) {
    ASSERT_TRUE(store_->write(name, std::string_view(text)).ok());
    const auto read = Familiarity::load(*store_, searched("a"));
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_THAT(read.error().message(), HasSubstr("familiarity.json"));
  }
}

TEST_F(KeptFamiliarityTest, ADamagedMapIsRefused) {
  ASSERT_TRUE(known_.save(*store_, searched("a")).ok());
  const std::string name(kFamiliarityMapName);
  auto bytes = store_->read(name).value();
  bytes.back() ^= 1;
  ASSERT_TRUE(store_->write(name, bytes).ok());
  const auto read = Familiarity::load(*store_, searched("a"));
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), HasSubstr("map"));
}

TEST_F(KeptFamiliarityTest, OfTheFormatWithoutAMapItIsNone) {
  ASSERT_TRUE(store_
                  ->write(std::string(kFamiliarityName),
                          std::string_view(R"({"format": "verger-familiarity", "version": 1})"))
                  .ok());
  EXPECT_FALSE(Familiarity::load(*store_, searched("a")).value());
}

}  // namespace
}  // namespace verger

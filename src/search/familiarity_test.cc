// SPDX-License-Identifier: Apache-2.0
#include "search/familiarity.h"

#include <gmock/gmock.h>

#include "output/output_folder.h"
#include "search/all_nearest.h"
#include "search/test_table.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

constexpr std::size_t kComponents = 24;

Familiarity measured(const SearchTable& table) {
  return *measure_familiarity(table, 2, CancelToken()).value();
}

TEST(FamiliarityTest, TellsStrangersFromRowsThatAreLeftOut) {
  const SearchTable table = clustered_table(1000, kComponents, 1);
  const Familiarity known = measured(table);
  EXPECT_EQ(known.measured(), 1000U);
  int strangers = 0;
  int alarms = 0;
  const SearchTable others = clustered_table(1000, kComponents, 2);  // around other centres
  const auto nearest = find_nearest(table, others.unit, 1);
  const auto own = find_nearest_others(table, spread_rows(1000, 1000), 1, 1, CancelToken()).value();
  for (std::size_t i = 0; i < 1000; ++i) {
    strangers += Familiarity::is_familiar(known.share(table, nearest[i])) ? 0 : 1;
    alarms += Familiarity::is_familiar(known.share(table, own[i])) ? 0 : 1;
  }
  EXPECT_GT(strangers, 950);
  EXPECT_NEAR(alarms, 1000 * kFalseAlarms, 3);
}

TEST(FamiliarityTest, AShareGrowsWithTheCosineAndIsOfTheClass) {
  const SearchTable table = clustered_table(500, kComponents, 1);
  const Familiarity known = measured(table);
  double before = -1;
  for (double cosine = -1; cosine <= 1; cosine += 0.01) {
    const double share = known.share("class 3", cosine);
    EXPECT_GE(share, before);
    before = share;
  }
  EXPECT_EQ(known.share("class 3", -1), 0);
  EXPECT_EQ(known.share("class 3", 1.01), 1);
  EXPECT_NE(known.share("class 3", 0.8), known.share("class 4", 0.8));
  EXPECT_EQ(known.share("not there", 0.8), known.share("nor there", 0.8));
}

TEST(FamiliarityTest, SmallTablesTellNothing) {
  EXPECT_FALSE(measure_familiarity(clustered_table(39, kComponents, 1), 1, CancelToken()).value());
  EXPECT_FALSE(measure_familiarity(clustered_table(400, 7, 1), 1, CancelToken()).value());
  EXPECT_FALSE(measure_familiarity(clustered_table(1, kComponents, 1), 1, CancelToken()).value());
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
    return searched;
  }

  const ScratchFolder folder_;
  const std::shared_ptr<Store> store_ = *Store::open(folder_.path());
  const Familiarity known_ = measured(clustered_table(500, kComponents, 1));
};

TEST_F(KeptFamiliarityTest, IsReadAsItWasWritten) {
  ASSERT_TRUE(known_.save(*store_, searched("a")).ok());
  const auto read = Familiarity::load(*store_, searched("a")).value();
  ASSERT_TRUE(read);
  for (double cosine = -1; cosine <= 1; cosine += 0.01) {
    EXPECT_EQ(read->share("class 3", cosine), known_.share("class 3", cosine));
  }
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
       {"{", R"({"format": "verger-familiarity", "version": 1})",
        R"({"format": "verger-familiarity", "version": 1, "table_sha256": "a", "measured": 9,
            "labels": {}, "other_labels": 0.5, "margins": [0, 1]})"}) {
    ASSERT_TRUE(store_->write(name, std::string_view(text)).ok());
    const auto read = Familiarity::load(*store_, searched("a"));
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_THAT(read.error().message(), HasSubstr("familiarity.json"));
  }
}

}  // namespace
}  // namespace verger

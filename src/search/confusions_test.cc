// SPDX-License-Identifier: Apache-2.0
#include "search/confusions.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/test_table.h"

namespace verger {
namespace {

class ConfusionsTest : public testing::Test {
 protected:
  CancelToken cancel_;
  Observer observer_;
  const Watch watch_{cancel_, observer_};
};

TEST_F(ConfusionsTest, CountsWhoseNearestIsOfAnotherLabel) {
  SearchTable table = clustered_table(60, 30, 1);
  // Three of class 0 and one of class 2 become copies of rows of class 4.
  for (const auto& [row, of] : {std::pair(0, 40), {1, 41}, {2, 42}, {25, 43}}) {
    std::copy_n(table.row(static_cast<std::size_t>(of)).data(), 30,
                table.unit.data() + static_cast<std::size_t>(row) * 30);
  }
  const Confusions confusions = find_confusions(table, 2, watch_).value();
  EXPECT_EQ(confusions.rows, 60U);
  EXPECT_EQ(confusions.measured, 60U);
  EXPECT_EQ(confusions.confused, 8);
  ASSERT_EQ(confusions.confusions.size(), 4U);
  const Confusion& first = confusions.confusions[0];
  EXPECT_EQ(first.label, "class 0");
  EXPECT_EQ(first.nearest_label, "class 4");
  EXPECT_EQ(first.images, 3);
  EXPECT_EQ(first.of, 10);
  EXPECT_NEAR(first.cosine, 1, 1e-6);
  EXPECT_EQ(first.nearest_row, first.row + 40);
  EXPECT_EQ(confusions.confusions[1].label, "class 4");
  EXPECT_EQ(confusions.confusions[1].nearest_label, "class 0");
  EXPECT_EQ(confusions.confusions[3].nearest_label, "class 2");

  const auto document = confusions_json(confusions, table, 2);
  EXPECT_EQ(document["listed"].size(), 2U);
  EXPECT_EQ(document["total"], 4);
  EXPECT_EQ(document["listed"][0]["path"], table.path[first.row]);
}

TEST_F(ConfusionsTest, OneRowIsNotConfused) {
  const Confusions confusions = find_confusions(clustered_table(1, 30, 1), 1, watch_).value();
  EXPECT_EQ(confusions.confused, 0);
  EXPECT_TRUE(confusions.confusions.empty());
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "sample/variety.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sample/catalogue.h"
#include "sample/sample.h"

namespace verger::orchard {
namespace {

TEST(Variety, AtLeast24AreDrawnUp) { EXPECT_GE(catalogue().size(), 24U); }

TEST(Variety, NamesAreUnique) {
  std::set<std::string> names;
  for (int label = 0; label < 1000; ++label) names.insert(sample_class_name(label));
  EXPECT_EQ(names.size(), 1000U);
}

TEST(Variety, NamesAreFolderNames) {
  for (int label = 0; label < 200; ++label) {
    EXPECT_EQ(sample_class_name(label).find_first_of("/\\:*?\"<>|"), std::string::npos);
  }
}

TEST(Variety, LaterGenerationsAreNumberedAndDifferent) {
  const auto size = static_cast<int>(catalogue().size());
  EXPECT_EQ(sample_class_name(0), "Apple Crimson");
  EXPECT_EQ(sample_class_name(size), "Apple Crimson 2");
  EXPECT_EQ(sample_class_name(2 * size), "Apple Crimson 3");
  EXPECT_NE(variety(0).skin.ground, variety(size).skin.ground);
  EXPECT_NE(variety(size).skin.ground, variety(2 * size).skin.ground);
}

}  // namespace
}  // namespace verger::orchard

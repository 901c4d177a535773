// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace verger {
namespace {

TEST(UuidTest, ARandomOneIsFoundInAName) {
  const std::string uuid = random_uuid();
  EXPECT_THAT(uuid,
              testing::MatchesRegex("[0-9a-f]+-[0-9a-f]+-4[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+"));
  EXPECT_EQ(find_uuid("part-00007-" + uuid + "-c000.snappy.parquet"), uuid);
  EXPECT_NE(random_uuid(), uuid);
}

TEST(UuidTest, WhatOnlyLooksLikeOneIsNone) {
  EXPECT_EQ(find_uuid(""), "");
  EXPECT_EQ(find_uuid("model.json"), "");
  EXPECT_EQ(find_uuid("01234567-89ab-cdef-0123-456789abcde"), "");
  EXPECT_EQ(find_uuid("01234567-89AB-CDEF-0123-456789ABCDEF"), "");
}

}  // namespace
}  // namespace verger

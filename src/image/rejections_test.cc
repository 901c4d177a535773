// SPDX-License-Identifier: Apache-2.0
#include "image/rejections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace verger {
namespace {

using ::testing::HasSubstr;

TEST(RejectReason, NamesRoundTrip) {
  for (int i = 0; i <= static_cast<int>(RejectReason::kZeroSize); ++i) {
    const auto reason = static_cast<RejectReason>(i);
    EXPECT_EQ(parse_reject_reason(reject_reason_name(reason)), reason);
  }
  EXPECT_EQ(reject_reason_name(RejectReason::kUnsupportedFormat), "unsupported-format");
  EXPECT_EQ(reject_reason_name(RejectReason::kZeroSize), "zero-size");
  EXPECT_EQ(parse_reject_reason("bad"), std::nullopt);
}

TEST(CheckSize, TakesUpToTheLimit) {
  const ImageOptions options{.max_pixels = 100};
  EXPECT_EQ(check_size(10, 10, options), std::nullopt);
  EXPECT_EQ(check_size(1, 100, options), std::nullopt);
  const auto rejection = check_size(1, 101, options);
  ASSERT_TRUE(rejection.has_value());
  EXPECT_EQ(rejection->reason, RejectReason::kTooLarge);
  EXPECT_THAT(rejection->message, HasSubstr("1 × 101"));
  EXPECT_THAT(rejection->message, HasSubstr("max_pixels"));
}

TEST(CheckSize, DoesNotOverflow) {
  const ImageOptions options{.max_pixels = std::numeric_limits<int64_t>::max()};
  EXPECT_EQ(check_size(0xFFFFFFFF, 0xFFFFFFFF, options)->reason, RejectReason::kTooLarge);
}

TEST(CheckSize, RefusesEmptyImages) {
  EXPECT_EQ(check_size(0, 5, {})->reason, RejectReason::kZeroSize);
  EXPECT_EQ(check_size(5, 0, {})->reason, RejectReason::kZeroSize);
}

}  // namespace
}  // namespace verger

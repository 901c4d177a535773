// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "pca/test_rows.h"
#include "verger/moments.h"

namespace verger {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;

constexpr std::size_t kFileWidth = 5;
constexpr std::size_t kVersionAt = 16;
constexpr std::size_t kWidthAt = 20;
constexpr std::size_t kCountAt = 24;
constexpr std::size_t kMeanAt = 32;
constexpr std::size_t kUpperAt = kMeanAt + kFileWidth * sizeof(double);

std::vector<uint8_t> example_file() {
  return moments_of(random_rows(300, kFileWidth, 1), kFileWidth).serialise();
}

// Puts `value` at `at` and makes the hash right again: what is left to find is the value.
template <class T>
std::vector<uint8_t> forged(std::size_t at, T value, std::vector<uint8_t> bytes = example_file()) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
  const std::string hash = sha256_hex(std::span(bytes).first(bytes.size() - 64));
  std::ranges::copy(hash, bytes.end() - 64);
  return bytes;
}

std::string fault_of_file(const std::vector<uint8_t>& bytes) {
  const auto result = Moments::deserialise(bytes);
  if (result.ok()) return "none";
  EXPECT_EQ(result.error().code(), StatusCode::kIo);
  return result.error().message();
}

TEST(MomentsFileTest, IsReadBackToTheSameBits) {
  for (const std::size_t count : {0UL, 1UL, 2UL, 256UL, 600UL}) {
    const Moments moments = moments_of(random_rows(count, kFileWidth, 2), kFileWidth);
    const auto read = Moments::deserialise(moments.serialise());
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(read->count(), static_cast<int64_t>(count));
    EXPECT_THAT(read->mean(), Eq(moments.mean()));
    EXPECT_THAT(read->centred_second_moment(), Eq(moments.centred_second_moment()));
    EXPECT_THAT(read->serialise(), Eq(moments.serialise()));
  }
}

TEST(MomentsFileTest, HasTheDocumentedLayout) {
  const auto bytes = moments_of({1, 10, 2, 30, 6, 20}, 2).serialise();
  ASSERT_EQ(bytes.size(), 32 + 5 * 8 + 64U);
  EXPECT_EQ(std::string(bytes.begin(), bytes.begin() + 16), "verger moments\r\n");
  std::vector<double> values(5);
  std::memcpy(values.data(), bytes.data() + kMeanAt, 40);
  EXPECT_THAT(values, testing::ElementsAre(3, 20, 14, 10, 200));
}

TEST(MomentsFileTest, EveryTruncationIsFound) {
  const auto bytes = example_file();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(fault_of_file({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}),
                HasSubstr("damaged"));
  }
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_THAT(fault_of_file(longer), HasSubstr("size"));
}

TEST(MomentsFileTest, EveryFlippedByteIsFound) {
  const auto bytes = example_file();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto changed = bytes;
    changed[at] ^= 0x20;
    EXPECT_THAT(fault_of_file(changed), HasSubstr("moments are"));
  }
}

TEST(MomentsFileTest, ImplausibleValuesAreFoundThoughTheHashIsRight) {
  EXPECT_THAT(fault_of_file(forged(kVersionAt, uint32_t{2})), HasSubstr("version 2"));
  EXPECT_THAT(fault_of_file(forged(kWidthAt, uint32_t{0})), HasSubstr("size"));
  EXPECT_THAT(fault_of_file(forged(kWidthAt, uint32_t{0xffffffff})), HasSubstr("size"));
  EXPECT_THAT(fault_of_file(forged(kCountAt, int64_t{-1})), HasSubstr("no rows have"));
  EXPECT_THAT(fault_of_file(forged(kCountAt, int64_t{0})), HasSubstr("no rows have"));
  EXPECT_THAT(fault_of_file(forged(kCountAt, int64_t{1})), HasSubstr("no rows have"));
  EXPECT_THAT(fault_of_file(forged(kCountAt, Moments::kMaxRows + 1)), HasSubstr("no rows have"));
  EXPECT_EQ(fault_of_file(forged(kCountAt, Moments::kMaxRows)), "none");
  EXPECT_THAT(fault_of_file(forged(kUpperAt, -1.0)), HasSubstr("no rows have"));
  EXPECT_THAT(fault_of_file(forged(kUpperAt + kFileWidth * sizeof(double), -1.0)),
              HasSubstr("no rows have"));
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(fault_of_file(forged(kMeanAt, bad)), HasSubstr("no rows have"));
    EXPECT_THAT(fault_of_file(forged(kUpperAt + 8, bad)), HasSubstr("no rows have"));
  }
  EXPECT_EQ(fault_of_file(forged(kMeanAt, 7.0)), "none");
}

TEST(MomentsFileTest, MoreRowsThanCanBeCountedAreNotMerged) {
  auto moments = Moments::deserialise(forged(kCountAt, Moments::kMaxRows)).value();
  const Status merged = moments.merge(Moments::deserialise(example_file()).value());
  EXPECT_EQ(merged.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(merged.message(), HasSubstr("cannot be merged"));
  EXPECT_EQ(moments.count(), Moments::kMaxRows);
}

TEST(MomentsFileTest, RandomBytesAreRefused) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int i = 0; i < 1000; ++i) {
    std::vector<uint8_t> bytes = example_file();
    bytes.resize(static_cast<std::size_t>(i));
    std::generate(bytes.begin() + std::min(i, 16), bytes.end(),
                  [&] { return static_cast<uint8_t>(byte(random)); });
    EXPECT_THAT(fault_of_file(bytes), HasSubstr("moments are"));
  }
}

}  // namespace
}  // namespace verger

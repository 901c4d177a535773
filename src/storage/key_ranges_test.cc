// SPDX-License-Identifier: Apache-2.0
#include "storage/key_ranges.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace verger {
namespace {

constexpr std::size_t kPage = 10;

// Reads `keys` in ranges, a page of one range after one of another, with a cut wherever there can
// be one while fewer than `most` are open. Gives what was read, in the order in which it was.
std::vector<std::string> read(const std::set<std::string>& keys, std::size_t most,
                              std::size_t* pages = nullptr) {
  KeyRanges ranges("p/");
  std::vector<std::size_t> open = {0};
  std::vector<std::string> in_order;
  while (!open.empty()) {
    for (std::size_t i = 0; i < open.size();) {
      if (pages != nullptr) ++*pages;
      auto key = keys.upper_bound(ranges.at(open[i]));
      bool more = true;
      for (std::size_t read = 0; more && read < kPage; ++read, ++key) {
        more = key != keys.end() && ranges.holds(open[i], *key);
        if (!more) break;
        in_order.push_back(*key);
        ranges.move(open[i], *key);
      }
      if (more) {
        ++i;
      } else {
        ranges.close(open[i]);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    while (open.size() < most) {
      const auto cut = ranges.cut();
      if (!cut) break;
      open.push_back(*cut);
    }
  }
  EXPECT_TRUE(ranges.empty());
  return in_order;
}

std::string numbered(int number) {
  std::string digits = std::to_string(number);
  return std::string(8 - digits.size(), '0') + digits;
}

std::set<std::string> flat() {
  std::set<std::string> keys;
  for (int i = 0; i < 5000; ++i) keys.insert("p/IMG_" + numbered(i) + ".jpg");
  return keys;
}

std::set<std::string> in_folders() {
  std::set<std::string> keys;
  for (int folder = 0; folder < 40; ++folder) {
    for (int i = 0; i < 5 * folder; ++i) {
      keys.insert("p/class-" + std::to_string(folder) + "/" + std::to_string(i) + "_100.jpg");
    }
  }
  return keys;
}

// One folder has nearly all, and names go on past ASCII, and one is another's beginning.
std::set<std::string> uneven() {
  std::set<std::string> keys = {"p/a", "p/ab", "p/a/b", "p/\x7f", "p/é", "p/éa", "p/ü/1", "p/日本"};
  for (int i = 0; i < 3000; ++i) keys.insert("p/Pêche/" + std::to_string(i * i));
  return keys;
}

class EveryKeyOnce : public testing::TestWithParam<std::set<std::string> (*)()> {};

TEST_P(EveryKeyOnce, HoweverManyRead) {
  const std::set<std::string> keys = GetParam()();
  for (const std::size_t most : {1u, 2u, 5u, 16u, 100u}) {
    auto actual = read(keys, most);
    EXPECT_EQ(actual.size(), keys.size()) << most;
    std::ranges::sort(actual);
    EXPECT_TRUE(std::ranges::equal(actual, keys)) << most;
  }
}

INSTANTIATE_TEST_SUITE_P(KeyRanges, EveryKeyOnce, testing::Values(&flat, &in_folders, &uneven));

TEST(KeyRanges, AreCutWithFewPagesInVain) {
  const std::set<std::string> keys = flat();
  std::size_t pages = 0;
  read(keys, 16, &pages);
  EXPECT_LT(pages, 2 * keys.size() / kPage);
}

TEST(KeyRanges, AreNotCutBeforeAPageWasRead) {
  KeyRanges ranges("p/");
  EXPECT_FALSE(ranges.cut());
  ranges.move(0, "p/b");
  ASSERT_EQ(ranges.cut(), 1u);
  EXPECT_FALSE(ranges.holds(0, ranges.at(1) + "x"));
  EXPECT_TRUE(ranges.holds(0, ranges.at(1)));
}

}  // namespace
}  // namespace verger

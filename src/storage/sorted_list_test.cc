// SPDX-License-Identifier: Apache-2.0
#include "storage/sorted_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <random>
#include <thread>

namespace verger {
namespace {

using testing::HasSubstr;

// Sorts so little in memory that most lists go to a file.
class SortedListTest : public testing::Test {
 protected:
  SortedListTest() { set_list_memory(2000); }
  ~SortedListTest() override { set_list_memory(std::size_t{16} << 20); }

  static std::vector<ListRow> made_up(std::size_t count) {
    std::mt19937_64 random(count);
    std::vector<ListRow> rows;
    for (std::size_t i = 0; i < count; ++i) {
      std::string key = "Test/Apple " + std::to_string(random() % 9) + "/\xff";
      key += std::to_string(random() % (4 * count)) + std::string(random() % 40, 'x') +
             std::to_string(i);
      const auto number = static_cast<int64_t>(random());
      rows.push_back({key, {number, -1, number % 3, std::numeric_limits<int64_t>::min()}});
    }
    return rows;
  }

  static SortedList sorted(const std::vector<ListRow>& rows) {
    SortedListBuilder builder;
    for (const ListRow& row : rows) EXPECT_TRUE(builder.add(row).ok());
    auto list = builder.finish();
    EXPECT_TRUE(list.ok());
    return std::move(list).value();
  }
};

TEST_F(SortedListTest, HoldsWhatASortGivesInMemoryAndInFiles) {
  for (const std::size_t count : {0UL, 1UL, 5UL, 255UL, 256UL, 257UL, 40'000UL}) {
    auto rows = made_up(count);
    const SortedList list = sorted(rows);
    std::ranges::sort(rows);
    ASSERT_EQ(list.size(), count);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(list[i], rows[i]) << i << " of " << count;
    EXPECT_TRUE(list.check().ok());
  }
}

TEST_F(SortedListTest, FindsTheFirstRowNotBelowAKey) {
  auto rows = made_up(40'000);
  rows.push_back(rows[7]);
  const SortedList list = sorted(rows);
  std::ranges::sort(rows);
  std::vector<std::string> keys = {"", "Test/Apple 4/", "zzz"};
  for (const ListRow& row : made_up(500)) keys.push_back(row.key);
  for (std::size_t i = 0; i < rows.size(); i += 97) keys.push_back(rows[i].key);
  for (const std::string& key : keys) {
    const auto expected = std::ranges::lower_bound(rows, key, {}, &ListRow::key) - rows.begin();
    EXPECT_EQ(list.lower_bound(key), static_cast<std::size_t>(expected)) << key;
  }
}

TEST_F(SortedListTest, TellsOfAKeyThatComesTwice) {
  auto rows = made_up(5'000);
  rows.push_back({rows[10].key, {}});
  SortedListBuilder builder;
  for (const ListRow& row : rows) ASSERT_TRUE(builder.add(row).ok());
  const auto list = builder.finish([](const std::string& key) { return Status::io(key); });
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.error().message(), rows[10].key);
}

TEST_F(SortedListTest, IsReadByManyThreads) {
  auto rows = made_up(40'000);
  const SortedList list = sorted(rows);
  std::ranges::sort(rows);
  std::vector<std::thread> readers;
  for (std::size_t reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&, reader] {
      for (std::size_t i = reader; i < rows.size(); i += 7 + reader) {
        if (list[i] != rows[i]) ADD_FAILURE() << "row " << i;
      }
    });
  }
  for (auto& reader : readers) reader.join();
}

TEST_F(SortedListTest, AFolderThatIsNotThereIsNamed) {
  const char* before = getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", "/nowhere", 1);
  SortedListBuilder builder;
  Status status;
  for (const ListRow& row : made_up(100)) {
    if (status.ok()) status = builder.add(row);
  }
  before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("TMPDIR"));
}

TEST_F(SortedListTest, AFullFolderIsAnErrorThatTellsTheMend) {
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{.rlim_cur = 10'000, .rlim_max = limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  SortedListBuilder builder;
  Status status;
  for (const ListRow& row : made_up(5'000)) {
    if (status.ok()) status = builder.add(row);
  }
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, old);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("set TMPDIR to a folder with more room"));
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "parquet/inputs_part.h"

#include <gmock/gmock.h>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

class InputsPartTest : public testing::Test {
 protected:
  static InputRows some_rows(std::size_t count) {
    InputRows rows;
    for (std::size_t row = 0; row < count; ++row) {
      rows.path.push_back("file:/data/Test/é\xff" + std::to_string(row));
      rows.stamp.push_back(row % 2 == 0 ? INT64_MIN + static_cast<int64_t>(row) : INT64_MAX);
    }
    return rows;
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path(), {}).value();
};

TEST_F(InputsPartTest, RowsComeBack) {
  for (const std::size_t count : {0U, 1U, 256U, 700U}) {
    const InputRows rows = some_rows(count);
    const auto part = write_inputs_part(*store_, "_verger/inputs/00000.parquet", rows);
    ASSERT_TRUE(part.ok()) << part.error().message();
    EXPECT_EQ(part->rows, static_cast<int64_t>(count));
    const auto read = read_inputs_part(*store_, *part);
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(read->path, rows.path);
    EXPECT_EQ(read->stamp, rows.stamp);
  }
}

TEST_F(InputsPartTest, AnotherFileUnderTheNameIsFound) {
  const auto first = write_inputs_part(*store_, "x.parquet", some_rows(10)).value();
  ASSERT_TRUE(write_inputs_part(*store_, "x.parquet", some_rows(11)).ok());
  const auto read = read_inputs_part(*store_, first);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code(), StatusCode::kIo);
  EXPECT_THAT(read.error().message(), HasSubstr("x.parquet"));
}

TEST_F(InputsPartTest, ATableOfOtherColumnsIsRefused) {
  const auto part = write_rejected_part(*store_, "r.parquet", {}).value();
  const auto read = read_inputs_part(*store_, part);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), HasSubstr("does not list the inputs"));
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/table.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <parquet/arrow/writer.h>

#include <limits>
#include <optional>
#include <random>

#include "parquet/features_part.h"
#include "parquet/tables.h"
#include "parquet/test_rows.h"
#include "storage/io_error.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Values = std::optional<std::vector<std::optional<double>>>;  // a row; either may be null

void append(arrow::ArrayBuilder& to, std::optional<double> value) {
  if (!value) {
    EXPECT_TRUE(to.AppendNull().ok());
  } else if (auto* floats = dynamic_cast<arrow::FloatBuilder*>(&to)) {
    EXPECT_TRUE(floats->Append(static_cast<float>(*value)).ok());
  } else if (auto* doubles = dynamic_cast<arrow::DoubleBuilder*>(&to)) {
    EXPECT_TRUE(doubles->Append(*value).ok());
  } else {
    EXPECT_TRUE(dynamic_cast<arrow::Int32Builder&>(to).Append(static_cast<int>(*value)).ok());
  }
}

template <class ListBuilder>
void append_rows(ListBuilder& builder, const std::vector<Values>& rows) {
  for (const Values& row : rows) {
    EXPECT_TRUE((row ? builder.Append() : builder.AppendNull()).ok());
    if (!row) continue;
    for (const auto& value : *row) append(*builder.value_builder(), value);
  }
}

// An array of `type`, a list or large_list, from rows.
std::shared_ptr<arrow::Array> lists(const std::shared_ptr<arrow::DataType>& type,
                                    const std::vector<Values>& rows) {
  const auto builder = *arrow::MakeBuilder(type);
  if (auto* large = dynamic_cast<arrow::LargeListBuilder*>(builder.get())) {
    append_rows(*large, rows);
  } else {
    append_rows(dynamic_cast<arrow::ListBuilder&>(*builder), rows);
  }
  return *builder->Finish();
}

template <class Builder = arrow::StringBuilder>
std::shared_ptr<arrow::Array> strings(const std::vector<std::optional<std::string>>& values) {
  Builder builder;
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return *builder.Finish();
}

using Columns = std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>;

class FeaturesReaderTest : public testing::Test {
 protected:
  // Writes a table the way that pyarrow does by default, and reads it back.
  Result<FeatureRows> round_trip(const Columns& columns, std::size_t width = 0) {
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const auto& [name, array] : columns) {
      fields.push_back(arrow::field(name, array->type()));
      arrays.push_back(array);
    }
    const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
    auto file = store_->create("part").value();
    const auto properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    const auto written =
        parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), file->stream(), 2,
                                   parquet::default_writer_properties(), properties);
    EXPECT_TRUE(written.ok()) << written.ToString();
    EXPECT_TRUE(file->commit().ok());
    return read_features_part(*store_, "part", width);
  }

  std::string error_of(const Columns& columns, std::size_t width = 0) {
    const auto rows = round_trip(columns, width);
    if (rows.ok()) return "no error";
    EXPECT_EQ(rows.error().code(), StatusCode::kIo);
    EXPECT_THAT(rows.error().message(), HasSubstr(store_->shown("part")));
    return rows.error().message();
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();

  const std::shared_ptr<arrow::DataType> floats_ = arrow::list(arrow::float32());
  const std::shared_ptr<arrow::Array> paths_ = strings({"p", "q", "r"});
  const std::shared_ptr<arrow::Array> labels_ = strings({"a", "b", "a"});
  const std::vector<Values> values_ = {{{1.5, -2.0}}, {{0.1F, 3.0}}, {{4.0, 1e-40}}};
};

TEST_F(FeaturesReaderTest, TakesEveryKindOfList) {
  const LazyVector<float> expected = {1.5F, -2.0F, 0.1F, 3.0F, 4.0F, 1e-40F};
  for (const auto& number : {arrow::float32(), arrow::float64()}) {
    const auto named = arrow::field("item", number);
    const auto required = arrow::field("array", number, false);
    for (const auto& type : {arrow::list(named), arrow::large_list(named), arrow::list(required)}) {
      const auto rows =
          round_trip({{"path", paths_}, {"label", labels_}, {"features", lists(type, values_)}}, 2);
      ASSERT_TRUE(rows.ok()) << type->ToString() << ": " << rows.error().message();
      EXPECT_EQ(rows->features, expected) << type->ToString();
      EXPECT_EQ(rows->width, 2U);
      EXPECT_THAT(rows->path, ElementsAre("p", "q", "r"));
      EXPECT_THAT(rows->label, ElementsAre("a", "b", "a"));
    }
  }
}

TEST_F(FeaturesReaderTest, TakesOtherStringsAndIgnoresOtherColumns) {
  const auto rows = round_trip({{"extra", lists(floats_, values_)},
                                {"label", strings<arrow::LargeStringBuilder>({"a", "b", "a"})},
                                {"features", lists(floats_, values_)},
                                {"path", strings<arrow::LargeStringBuilder>({"p", "q", "r"})}});
  ASSERT_TRUE(rows.ok()) << rows.error().message();
  EXPECT_THAT(rows->path, ElementsAre("p", "q", "r"));
}

TEST_F(FeaturesReaderTest, NamesTheRowOfANull) {
  const auto features = lists(floats_, values_);
  EXPECT_THAT(error_of({{"path", strings({"p", std::nullopt, "r"})},
                        {"label", labels_},
                        {"features", features}}),
              HasSubstr("'path' is null in row 1 (from 0)"));
  EXPECT_THAT(
      error_of(
          {{"path", paths_}, {"label", strings({"a", "b", std::nullopt})}, {"features", features}}),
      HasSubstr("'label' is null in row 2"));
  const auto with = [&](const Values& row) {
    return error_of({{"path", paths_},
                     {"label", labels_},
                     {"features", lists(floats_, {values_[0], values_[1], row})}});
  };
  EXPECT_THAT(with(std::nullopt), HasSubstr("'features' is null, empty or holds a null in row 2"));
  EXPECT_THAT(with(Values::value_type{}), HasSubstr("in row 2"));
  EXPECT_THAT(with({{1.0, std::nullopt}}), HasSubstr("in row 2"));
}

TEST_F(FeaturesReaderTest, NamesTheRowOfAnotherLength) {
  const auto ragged = [&](std::size_t width) {
    return error_of({{"path", paths_},
                     {"label", labels_},
                     {"features", lists(floats_, {{{1, 2}}, {{1, 2, 3}}, {{1, 2}}})}},
                    width);
  };
  EXPECT_THAT(ragged(0), HasSubstr("3 values in place of 2 in row 1"));
  EXPECT_THAT(ragged(5), HasSubstr("2 values in place of 5 in row 0"));
}

TEST_F(FeaturesReaderTest, NamesTheRowOfANumberThatIsNoFloat) {
  for (const double bad :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN(), 1e300}) {
    const auto type = arrow::list(arrow::float64());
    EXPECT_THAT(error_of({{"path", paths_},
                          {"label", labels_},
                          {"features", lists(type, {values_[0], {{bad, 1.0}}, values_[2]})}}),
                HasSubstr("no finite float in row 1"));
  }
}

TEST_F(FeaturesReaderTest, NamesTheColumnThatIsNotThere) {
  const auto features = lists(floats_, values_);
  EXPECT_THAT(error_of({{"path", paths_}, {"features", features}}),
              HasSubstr("no column 'label' of strings"));
  EXPECT_THAT(error_of({{"path", features}, {"label", labels_}, {"features", features}}),
              HasSubstr("no column 'path' of strings"));
  for (const auto& wrong : {paths_, lists(arrow::list(arrow::int32()), values_)}) {
    EXPECT_THAT(error_of({{"path", paths_}, {"label", labels_}, {"features", wrong}}),
                HasSubstr("no column 'features' of lists of float or double"));
  }
  EXPECT_THAT(read_features_part(*store_, "absent").error().message(),
              HasSubstr("no such file or directory"));
}

TEST_F(FeaturesReaderTest, FindsEveryTruncationAndEveryFlippedByteOfThePages) {
  const FeatureRows rows = test_rows(40, 9);
  ASSERT_TRUE(write_features_part(*store_, "whole", rows).ok());
  const auto bytes = store_->read("whole").value();
  const std::string whole(bytes.begin(), bytes.end());
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    std::filesystem::remove(folder_ / "part");  // replacing would wait for the disk
    folder_.write("part", std::string_view(whole).substr(0, size));
    const auto read = read_features_part(*store_, "part");
    ASSERT_FALSE(read.ok()) << size;
    EXPECT_EQ(read.error().code(), StatusCode::kIo);
    EXPECT_FALSE(read_part_schema(*store_, "part").ok());
  }
  // Whatever is damaged, there is an error or the same rows: never other rows, never a crash.
  std::mt19937 random(1);
  int unnoticed = 0;
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
    std::filesystem::remove(folder_ / "part");
    folder_.write("part", damaged);
    const auto read = read_features_part(*store_, "part");
    if (!read.ok()) {
      EXPECT_EQ(read.error().code(), StatusCode::kIo);
      EXPECT_THAT(read.error().message(), HasSubstr("Cannot read /"));
      continue;
    }
    ++unnoticed;
    ASSERT_EQ(read->path, rows.path) << at;
    ASSERT_EQ(read->label, rows.label) << at;
    ASSERT_EQ(read->features, rows.features) << at;
  }
  EXPECT_GT(unnoticed, 0);  // in what nobody reads: statistics, descriptions
}

}  // namespace
}  // namespace verger

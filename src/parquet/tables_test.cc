// SPDX-License-Identifier: Apache-2.0
#include "parquet/tables.h"

#include <arrow/array.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/table.h>
#include <gmock/gmock.h>
#include <parquet/arrow/reader.h>
#include <parquet/metadata.h>
#include <sys/resource.h>

#include <csignal>

#include "base/sha256.h"
#include "parquet/features_part.h"
#include "parquet/part_file.h"
#include "parquet/pca_part.h"
#include "parquet/test_rows.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class TablesTest : public testing::Test {
 protected:
  // The whole table as Arrow reads it.
  std::shared_ptr<arrow::Table> read(const std::string& name) const {
    parquet::arrow::FileReaderBuilder builder;
    EXPECT_TRUE(builder.Open(store_->open_file(name).value()).ok());
    std::unique_ptr<parquet::arrow::FileReader> reader;
    EXPECT_TRUE(builder.Build(&reader).ok());
    const auto table = reader->ReadTable();
    EXPECT_TRUE(table.ok()) << table.status().ToString();
    const auto combined = (*table)->CombineChunks();
    EXPECT_TRUE((*combined)->ValidateFull().ok());
    return *combined;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    const auto files = store_->list("", true, false).value();
    for (const auto& file : files) names.push_back(file.name);
    return names;
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();
};

TEST_F(TablesTest, PartsAreNamedAsSparkNamesThem) {
  EXPECT_EQ(part_file_name(7, "3f0e"), "part-00007-3f0e-c000.snappy.parquet");
  EXPECT_EQ(part_file_name(123456, "u"), "part-123456-u-c000.snappy.parquet");
}

TEST_F(TablesTest, FeaturesComeBackToTheBit) {
  for (const std::size_t count : {1UL, 255UL, 256UL, 257UL, 700UL}) {
    const FeatureRows rows = test_rows(count, 37);
    const auto part = write_features_part(*store_, "features/part", rows);
    ASSERT_TRUE(part.ok()) << part.error().message();
    EXPECT_EQ(part->rows, static_cast<int64_t>(count));
    const auto back = read_features_part(*store_, "features/part", 37);
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_EQ(back->path, rows.path);
    EXPECT_EQ(back->label, rows.label);
    EXPECT_EQ(back->features, rows.features);
    EXPECT_EQ(back->width, 37U);
  }
}

TEST_F(TablesTest, APartWithoutRowsIsATable) {
  const auto part = write_features_part(*store_, "part", test_rows(0, 5));
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(part->rows, 0);
  const auto back = read_features_part(*store_, "part");
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->size(), 0U);
  EXPECT_TRUE(write_rejected_part(*store_, "none", {}).ok());
  EXPECT_EQ(read("none")->num_rows(), 0);
}

TEST_F(TablesTest, PartInfoDescribesTheFileOnDisk) {
  const auto part = write_features_part(*store_, "a/part", test_rows(600, 20)).value();
  const auto bytes = store_->read("a/part").value();
  EXPECT_EQ(part.name, "a/part");
  EXPECT_EQ(part.bytes, static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(part.sha256, sha256_hex(bytes));
}

TEST_F(TablesTest, TheSameRowsGiveTheSameBytes) {
  const FeatureRows rows = test_rows(700, 12);
  const PcaModel model = test_model(12, 4);
  const auto hash = [&](int table, const std::string& name) {
    if (table == 0) return write_features_part(*store_, name, rows).value().sha256;
    if (table == 1)
      return write_pca_part(*store_, name, Layout::kTables, rows, model).value().sha256;
    return write_pca_part(*store_, name, Layout::kNotebook, rows, model).value().sha256;
  };
  for (int table = 0; table < 3; ++table) EXPECT_EQ(hash(table, "first"), hash(table, "second"));
}

TEST_F(TablesTest, PcaHoldsTheProjectionsRoundedToFloat) {
  const FeatureRows rows = test_rows(530, 12);
  const PcaModel model = test_model(12, 4);
  ASSERT_TRUE(write_pca_part(*store_, "part", Layout::kTables, rows, model).ok());
  std::vector<double> expected(530 * 4);
  project(model, rows.features, expected);
  const auto table = read("part");
  EXPECT_THAT(table->ColumnNames(), ElementsAre("path", "label", "pca"));
  const auto& lists = static_cast<const arrow::ListArray&>(*table->column(2)->chunk(0));
  const auto& values = static_cast<const arrow::FloatArray&>(*lists.values());
  ASSERT_EQ(values.length(), 530 * 4);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(values.Value(static_cast<int64_t>(i)), static_cast<float>(expected[i])) << i;
  }
}

TEST_F(TablesTest, AProjectionThatIsNoFiniteFloatIsAnErrorOfTheModel) {
  const FeatureRows rows = test_rows(300, 12);
  for (const Layout layout : {Layout::kTables, Layout::kNotebook}) {
    for (const double deviation : {5e-324, 1e-60}) {
      PcaModel model = test_model(12, 4);
      model.deviation.assign(12, deviation);
      model.deviation[3] = layout == Layout::kTables ? 1.0 : deviation;
      const auto part = write_pca_part(*store_, "part", layout, rows, model);
      ASSERT_FALSE(part.ok());
      EXPECT_EQ(part.error().code(), StatusCode::kModel);
      EXPECT_FALSE(store_->exists("part").value());
    }
  }
}

TEST_F(TablesTest, TheNotebooksTableHoldsDenseVectorsInFullPrecision) {
  const FeatureRows rows = test_rows(530, 12);
  const PcaModel model = test_model(12, 4);
  ASSERT_TRUE(write_pca_part(*store_, "part", Layout::kNotebook, rows, model).ok());
  std::vector<double> scaled(530 * 12);
  standardise(model, rows.features, scaled);
  std::vector<double> pca(530 * 4);
  project(model, rows.features, pca);
  const std::vector<double> vectors(rows.features.begin(), rows.features.end());

  const auto table = read("part");
  EXPECT_THAT(table->ColumnNames(), ElementsAre("path", "label", "features", "features_vectors",
                                                "features_scaled", "features_pca"));
  const std::vector<double>* expected[] = {&vectors, &scaled, &pca};
  for (int column = 0; column < 3; ++column) {
    const auto& vector =
        static_cast<const arrow::StructArray&>(*table->column(3 + column)->chunk(0));
    const auto& type = static_cast<const arrow::Int8Array&>(*vector.GetFieldByName("type"));
    for (int64_t row = 0; row < type.length(); ++row) ASSERT_EQ(type.Value(row), 1);
    EXPECT_EQ(vector.GetFieldByName("size")->null_count(), 530);
    EXPECT_EQ(vector.GetFieldByName("indices")->null_count(), 530);
    const auto& lists = static_cast<const arrow::ListArray&>(*vector.GetFieldByName("values"));
    const auto& values = static_cast<const arrow::DoubleArray&>(*lists.values());
    EXPECT_EQ(std::vector<double>(values.raw_values(), values.raw_values() + values.length()),
              *expected[column]);
  }
}

TEST_F(TablesTest, RejectedRowsKeepReasonAndLength) {
  const RejectedRow rows[] = {
      {"file:/a/x.jpg", "a", RejectReason::kTruncated, "The data ends early.", 77},
      {"file:/a/é.jpg", "a", RejectReason::kUnreadable, "Gone.", -1},
  };
  const auto part = write_rejected_part(*store_, "rejected/part", rows);
  ASSERT_TRUE(part.ok()) << part.error().message();
  EXPECT_EQ(part->rows, 2);
  const auto table = read("rejected/part");
  EXPECT_THAT(table->ColumnNames(), ElementsAre("path", "label", "reason", "message", "length"));
  const auto text = [&](int column, int64_t row) {
    return static_cast<const arrow::StringArray&>(*table->column(column)->chunk(0)).GetString(row);
  };
  EXPECT_EQ(text(0, 1), "file:/a/é.jpg");
  EXPECT_EQ(text(2, 0), "truncated");
  EXPECT_EQ(text(3, 1), "Gone.");
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*table->column(4)->chunk(0)).Value(1), -1);
}

TEST_F(TablesTest, SchemasReadAsPeopleWriteThem) {
  const FeatureRows rows = test_rows(3, 12);
  ASSERT_TRUE(write_pca_part(*store_, "part", Layout::kNotebook, rows, test_model(12, 4)).ok());
  const auto schema = read_part_schema(*store_, "part");
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->rows, 3);
  EXPECT_THAT(schema->columns,
              ElementsAre(Pair("path", "string"), Pair("label", "string"),
                          Pair("features", "list<float>"), Pair("features_vectors", "vector"),
                          Pair("features_scaled", "vector"), Pair("features_pca", "vector")));
  ASSERT_TRUE(write_rejected_part(*store_, "rejected", {}).ok());
  EXPECT_THAT(read_part_schema(*store_, "rejected")->columns.back(), Pair("length", "long"));
}

TEST_F(TablesTest, RowGroupsAreBounded) {
  ASSERT_TRUE(write_features_part(*store_, "part", test_rows(600, 8)).ok());
  std::vector<int64_t> sizes;
  const auto status = read_part_file(*store_, "part", [&](auto& file) -> Result<bool> {
    const auto metadata = file.metadata();
    for (int i = 0; i < metadata->num_row_groups(); ++i) {
      sizes.push_back(metadata->RowGroup(i)->num_rows());
    }
    return true;
  });
  EXPECT_TRUE(status.ok());
  EXPECT_THAT(sizes, ElementsAre(256, 256, 88));
}

TEST_F(TablesTest, AFullDiskIsAnErrorAndLeavesNothing) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  // Full at once, in the middle of the data, and at the footer.
  const FeatureRows rows = test_rows(600, 50);
  const auto whole = write_features_part(*store_, "whole", rows).value().bytes;
  for (const int64_t limit : {int64_t{0}, whole / 2, whole - 1}) {
    const rlimit small{static_cast<rlim_t>(limit), before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto part = write_features_part(*store_, "part", rows);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(part.ok());
    EXPECT_EQ(part.error().code(), StatusCode::kIo);
    EXPECT_EQ(part.error().message(),
              "Cannot write " + store_->shown("part") + ": file too large.");
  }
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(names(), ElementsAre("whole"));
}

TEST_F(TablesTest, AFileInTheWayIsAnError) {
  folder_.write("features", "");
  const auto part = write_features_part(*store_, "features/part", test_rows(2, 2));
  ASSERT_FALSE(part.ok());
  EXPECT_THAT(part.error().message(), HasSubstr("not a directory"));
}

}  // namespace
}  // namespace verger

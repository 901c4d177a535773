// SPDX-License-Identifier: Apache-2.0
// Parquet and Arrow tables as containers.
#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/table.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <parquet/arrow/writer.h>

#include "packed/test_sink.h"
#include "storage/io_error.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Texts = std::vector<std::optional<std::string>>;

template <class Builder>
std::shared_ptr<arrow::Array> texts(const Texts& values) {
  Builder builder;
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return *builder.Finish();
}

std::shared_ptr<arrow::Array> strings(const Texts& values) {
  return texts<arrow::StringBuilder>(values);
}
std::shared_ptr<arrow::Array> binaries(const Texts& values) {
  return texts<arrow::BinaryBuilder>(values);
}

std::shared_ptr<arrow::Array> integers(const std::vector<int64_t>& values) {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return *builder.Finish();
}

std::shared_ptr<arrow::Table> table(
    const std::vector<std::pair<std::string, std::shared_ptr<arrow::Array>>>& columns) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  return arrow::Table::Make(arrow::schema(fields), arrays);
}

void write_parquet(const arrow::Table& rows, arrow::io::OutputStream& stream) {
  const auto with_metadata = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  ASSERT_TRUE(
      parquet::arrow::WriteTable(rows, arrow::default_memory_pool(),
                                 std::shared_ptr<arrow::io::OutputStream>(&stream, [](auto*) {}), 2,
                                 parquet::default_writer_properties(), with_metadata)
          .ok());
}

void write_arrow(const arrow::Table& rows, arrow::io::OutputStream& stream) {
  const auto writer = *arrow::ipc::MakeFileWriter(&stream, rows.schema());
  ASSERT_TRUE(writer->WriteTable(rows, 2).ok());
  ASSERT_TRUE(writer->Close().ok());
}

class Tables : public testing::TestWithParam<const char*> {
 protected:
  ReadContainer read(const std::shared_ptr<arrow::Table>& rows, const InputOptions& options = {}) {
    const std::string name = std::string("t.") + GetParam();
    const auto file = store_->create(name).value();
    (name == "t.arrow" ? write_arrow : write_parquet)(*rows, *file->stream());
    EXPECT_TRUE(file->commit().ok());
    return read_container(store_, name, options);
  }

  // The damaged file, read.
  ReadContainer reread(const std::vector<uint8_t>& bytes) {
    const std::string name = std::string("t.") + GetParam();
    EXPECT_TRUE(store_->write(name, bytes).ok());
    return read_container(store_, name);
  }

  std::vector<uint8_t> bytes() const { return *store_->read(std::string("t.") + GetParam()); }

  const ScratchFolder folder_;
  const std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();
};

TEST_P(Tables, OfBinaryFileGiveTheirOwnPaths) {
  const auto result =
      read(table({{"path", strings({"s3://b/Pear/1.jpg", "s3://b/Plum/2.jpg", "/x"})},
                  {"length", integers({3, 4, 0})},
                  {"content", binaries({"one", "four", ""})}}));
  ASSERT_TRUE(result.listed.ok()) << result.listed.message();
  EXPECT_THAT(result.contents, ElementsAre("one", "four", ""));
  EXPECT_EQ(result.images[1].path, "s3://b/Plum/2.jpg");
  EXPECT_EQ(result.images[1].label, "Plum");
  EXPECT_EQ(result.images[1].place.length, 4);
}

TEST_P(Tables, WithoutPathsNumberTheirRows) {
  const auto result =
      read(table({{"photo", binaries({"a", "b", "c"})}, {"label", integers({7, 8, 9})}}));
  ASSERT_TRUE(result.listed.ok()) << result.listed.message();
  EXPECT_THAT(result.contents, ElementsAre("a", "b", "c"));
  EXPECT_EQ(result.images[2].path,
            store_->display_path(std::string("t.") + GetParam()) + "/000000000002");
  EXPECT_EQ(result.images[2].label, "9");
}

TEST_P(Tables, OfHuggingFaceHoldTheirImagesInAStruct) {
  const auto valid = *arrow::AllocateBitmap(3);
  valid->mutable_data()[0] = 0b011;  // the third struct is null, whatever lies in it
  const auto image = *arrow::StructArray::Make(
      {binaries({"a", "b", "c"}), strings({"1.jpg", std::nullopt, "3.jpg"})},
      std::vector<std::string>{"bytes", "path"}, std::shared_ptr<arrow::Buffer>(valid));
  const auto result =
      read(table({{"image", image}, {"class", strings({"Pear", std::nullopt, "x"})}}),
           {.pattern = "", .label_column = "class"});
  ASSERT_TRUE(result.listed.ok()) << result.listed.message();
  ASSERT_EQ(result.contents.size(), 3U);
  EXPECT_EQ(result.contents[1], "b");
  EXPECT_THAT(result.contents[2], HasSubstr("row 2 of " + store_->shown("t.")));
  EXPECT_EQ(result.images[0].label, "Pear");
  EXPECT_EQ(result.images[1].label, folder_.path().filename());  // a null: the table's folder
}

TEST_P(Tables, APatternPicksRowsByTheirPaths) {
  const auto result = read(table({{"path", strings({"/a/1.jpg", "/a/2.png", "/a/3.jpg"})},
                                  {"content", binaries({"1", "2", "3"})}}),
                           {.pattern = "*.jpg"});
  EXPECT_THAT(result.contents, ElementsAre("1", "3"));
}

TEST_P(Tables, WithoutImagesOrTheLabelsThatAreAskedForAreOneSentence) {
  const auto none = read(table({{"path", strings({"a"})}, {"n", integers({1})}}));
  EXPECT_TRUE(none.listed.ok());
  EXPECT_EQ(none.listing.no_images, "it has the columns 'path', 'n'");
  const auto two = table({{"a", binaries({"x"})}, {"b", binaries({"y"})}});
  EXPECT_EQ(read(two).listing.no_images, "it has the columns 'a', 'b'");
  EXPECT_THAT(read(two, {.pattern = "", .image_column = "b"}).contents, ElementsAre("y"));
  const auto label =
      read(table({{"content", binaries({"x"})}}), {.pattern = "", .label_column = "kind"}).listed;
  EXPECT_THAT(label.message(), HasSubstr("no column 'kind'"));
}

TEST_P(Tables, LabelsOfHuggingFaceHaveNames) {
  const auto plain = table({{"photo", binaries({"a", "b", "c"})}, {"label", integers({1, 0, -1})}});
  const auto named = plain->ReplaceSchemaMetadata(arrow::key_value_metadata(
      {"huggingface"}, {R"({"info": {"features": {"photo": {"_type": "Image"}, "label":
                            {"_type": "ClassLabel", "names": ["Apple", "Pear"]}}}})"}));
  const auto result = read(named);
  ASSERT_EQ(result.images.size(), 3U) << result.listed.message();
  EXPECT_EQ(result.images[0].label, "Pear");
  EXPECT_EQ(result.images[1].label, "Apple");
  EXPECT_EQ(result.images[2].label, folder_.path().filename());  // −1: it has none
  EXPECT_EQ(read(plain).images[0].label, "1");
}

TEST_P(Tables, LongTextsAreRefusedBeforeTheyAreKept) {
  const auto rows =
      table({{"photo", binaries({"a"})}, {"label", strings({std::string(5000, 'x')})}});
  EXPECT_THAT(read(rows).listed.message(), HasSubstr("of 5,000 bytes, and 4,096 are taken"));
}

TEST_P(Tables, BelowAFolderOfOneLabelAllHaveIt) {
  const std::string name = std::string("label=Apple%20Red/part-0.") + GetParam();
  const auto file = store_->create(name).value();
  const auto rows = table({{"path", strings({"/a/Pear/1.jpg"})}, {"content", binaries({"x"})}});
  (name.ends_with("arrow") ? write_arrow : write_parquet)(*rows, *file->stream());
  ASSERT_TRUE(file->commit().ok());
  EXPECT_EQ(read_container(store_, name).images[0].label, "Apple Red");
}

TEST(ArrowTable, MayHoldViewsAndCategories) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  arrow::StringViewBuilder views;
  ASSERT_TRUE(views.Append("/a/Pear/1.jpg").ok() && views.Append("/a/Plum/a long name.jpg").ok());
  arrow::StringDictionaryBuilder categories;
  ASSERT_TRUE(categories.Append("Quince").ok() && categories.AppendNull().ok());
  arrow::BinaryViewBuilder bytes;
  ASSERT_TRUE(bytes.Append("one").ok() && bytes.Append("bytes that are out of line").ok());
  const auto rows = table(
      {{"path", *views.Finish()}, {"label", *categories.Finish()}, {"content", *bytes.Finish()}});
  const auto file = store->create("t.arrow").value();
  write_arrow(*rows, *file->stream());
  ASSERT_TRUE(file->commit().ok());
  const auto result = read_container(store, "t.arrow");
  ASSERT_EQ(result.images.size(), 2U) << result.listed.message();
  EXPECT_EQ(result.images[0].label, "Quince");
  EXPECT_EQ(result.images[1].label, "Plum");
  EXPECT_THAT(result.contents, ElementsAre("one", "bytes that are out of line"));
}

TEST(ArrowTable, IsNoStream) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  const auto rows = table({{"content", binaries({"x"})}});
  const auto file = store->create("t.arrow").value();
  const auto writer = *arrow::ipc::MakeStreamWriter(file->stream(), rows->schema());
  ASSERT_TRUE(writer->WriteTable(*rows).ok() && writer->Close().ok() && file->commit().ok());
  EXPECT_THAT(read_container(store, "t.arrow").listed.message(), HasSubstr("an Arrow stream"));
}

TEST_P(Tables, EveryTruncationIsOneSentence) {
  ASSERT_TRUE(read(table({{"content", binaries({"one", "two", "three"})}})).listed.ok());
  const auto whole = bytes();
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const Status status = reread({whole.begin(), whole.begin() + static_cast<int>(size)}).listed;
    ASSERT_EQ(status.code(), StatusCode::kIo) << size;
    ASSERT_THAT(status.message(), testing::StartsWith("Cannot read " + store_->shown("t.")))
        << size;
    ASSERT_EQ(status.message().find('\n'), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Tables, testing::Values("parquet", "arrow"),
                         [](const auto& format) { return std::string(format.param); });

TEST(ParquetTable, ADamagedPageCostsTheRowsOfItsRowGroupAlone) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  const auto rows = table({{"content", binaries({"first", "second", "third", "fourth"})}});
  auto file = store->create("t.parquet").value();
  auto checked = parquet::WriterProperties::Builder()
                     .disable_dictionary()
                     ->enable_page_checksum()
                     ->compression(parquet::Compression::UNCOMPRESSED)
                     ->build();
  ASSERT_TRUE(
      parquet::arrow::WriteTable(*rows, arrow::default_memory_pool(), file->stream(), 2, checked)
          .ok());
  ASSERT_TRUE(file->commit().ok());
  auto bytes = *store->read("t.parquet");
  const std::string text(bytes.begin(), bytes.end());
  bytes[text.find("third")] ^= 1;
  ASSERT_TRUE(store->write("t.parquet", bytes).ok());
  const auto result = read_container(store, "t.parquet");
  ASSERT_EQ(result.contents.size(), 4U);
  EXPECT_EQ(result.contents[1], "second");
  EXPECT_THAT(result.contents[2], HasSubstr("Cannot read"));
  EXPECT_THAT(result.contents[3], HasSubstr("Cannot read"));
}

}  // namespace
}  // namespace verger

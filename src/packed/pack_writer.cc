// SPDX-License-Identifier: Apache-2.0
#include "packed/pack_writer.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/type.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <utility>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/status_macros.h"
#include "packed/container.h"
#include "plan/tar.h"
#include "storage/io_error.h"

namespace verger {

namespace {

constexpr int64_t kRowGroupBytes = kReadBytes - (kReadBytes >> 4);  // so one read takes a group
constexpr int64_t kMostRowBytes = int64_t{100} << 20;  // a page of Parquet holds it whole

// Spark's binaryFile with the label. What a listing reads lies side by side.
std::shared_ptr<arrow::Schema> table_schema() {
  return arrow::schema(
      {arrow::field("path", arrow::utf8()), arrow::field("label", arrow::utf8()),
       arrow::field("length", arrow::int64()),
       arrow::field("modificationTime", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
       arrow::field("content", arrow::binary())});
}

std::shared_ptr<parquet::WriterProperties> table_properties() {
  parquet::WriterProperties::Builder builder;
  builder.compression(parquet::Compression::SNAPPY);
  builder.compression("content", parquet::Compression::UNCOMPRESSED);  // images are compressed
  builder.disable_dictionary();
  builder.enable_dictionary("label");
  builder.disable_statistics();
  builder.enable_statistics("path");
  builder.enable_page_checksum();
  return builder.build();
}

class ParquetPackWriter final : public PackWriter {
 public:
  ParquetPackWriter(std::string place, std::unique_ptr<PendingFile> file)
      : place_(std::move(place)), file_(std::move(file)) {}

  Status open() {
    auto writer = parquet::arrow::FileWriter::Open(*table_schema(), arrow::default_memory_pool(),
                                                   file_->stream(), table_properties());
    if (!writer.ok()) return io_error("write", place_, writer.status());
    writer_ = *std::move(writer);
    return {};
  }

  Status add(PackedFile file) override {
    const auto size = static_cast<int64_t>(file.bytes.size());
    if (size > kMostRowBytes) {
      return Status::io("Cannot pack " + file.path + ": it has " + format_count(size) +
                        " bytes, too many for a row of Parquet; use " +
                        option_set("format", "tar") + ".");
    }
    VERGER_RETURN_IF_ERROR(check(path_.Append(file.path)));
    VERGER_RETURN_IF_ERROR(check(label_.Append(file.label)));
    VERGER_RETURN_IF_ERROR(check(length_.Append(size)));
    VERGER_RETURN_IF_ERROR(check(time_.Append(file.mtime_ns / 1000)));
    VERGER_RETURN_IF_ERROR(check(content_.Append(file.bytes.data(), static_cast<int32_t>(size))));
    held_ += size;
    return held_ < kRowGroupBytes ? Status() : write_row_group();
  }

  Status finish() override {
    if (length_.length() > 0) VERGER_RETURN_IF_ERROR(write_row_group());
    VERGER_RETURN_IF_ERROR(check(writer_->Close()));
    return file_->commit();
  }

 private:
  Status check(const arrow::Status& status) const {
    return status.ok() ? Status() : io_error("write", place_, status);
  }

  Status write_row_group() {
    VERGER_RETURN_IF_ERROR(check(writer_->NewRowGroup()));
    for (arrow::ArrayBuilder* builder : std::initializer_list<arrow::ArrayBuilder*>{
             &path_, &label_, &length_, &time_, &content_}) {
      std::shared_ptr<arrow::Array> array;
      VERGER_RETURN_IF_ERROR(check(builder->Finish(&array)));
      VERGER_RETURN_IF_ERROR(check(writer_->WriteColumnChunk(*array)));
    }
    held_ = 0;
    return {};
  }

  const std::string place_;
  std::unique_ptr<PendingFile> file_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  arrow::StringBuilder path_;
  arrow::StringBuilder label_;
  arrow::Int64Builder length_;
  arrow::TimestampBuilder time_{arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                arrow::default_memory_pool()};
  arrow::BinaryBuilder content_;
  int64_t held_ = 0;  // bytes of the row group being filled
};

class TarPackWriter final : public PackWriter {
 public:
  TarPackWriter(std::string place, std::unique_ptr<PendingFile> file)
      : place_(std::move(place)), file_(std::move(file)) {}

  Status add(PackedFile file) override {
    const int64_t seconds = file.mtime_ns / 1'000'000'000;
    VERGER_RETURN_IF_ERROR(add_member(file.name, seconds, file.bytes.data(), file.bytes.size()));
    if (file.name.find('/') != file.name.npos) return {};
    // Without a folder the name does not tell the label: it goes beside the image, as in
    // WebDataset.
    const std::string label = file.name.substr(0, file.name.find('.')) + ".cls";
    return add_member(label, seconds, file.label.data(), file.label.size());
  }

  Status finish() override {
    VERGER_RETURN_IF_ERROR(write(std::string(2 * kTarBlock, '\0')));
    return file_->commit();
  }

 private:
  Status write(const std::string& bytes) {
    const auto status = file_->stream()->Write(bytes.data(), static_cast<int64_t>(bytes.size()));
    return status.ok() ? Status() : io_error("write", place_, status);
  }

  Status add_member(const std::string& name, int64_t seconds, const void* bytes, std::size_t size) {
    VERGER_RETURN_IF_ERROR(write(tar_header(name, static_cast<int64_t>(size), seconds)));
    const auto status = file_->stream()->Write(bytes, static_cast<int64_t>(size));
    if (!status.ok()) return io_error("write", place_, status);
    return write(std::string((kTarBlock - size % kTarBlock) % kTarBlock, '\0'));
  }

  const std::string place_;
  std::unique_ptr<PendingFile> file_;
};

}  // namespace

Result<std::unique_ptr<PackWriter>> PackWriter::create(Store& output, const std::string& name,
                                                       PackFormat format) {
  VERGER_ASSIGN_OR_RETURN(auto file, output.create(name));
  std::string place = output.shown(name);
  if (format == PackFormat::kTar) {
    return std::unique_ptr<PackWriter>(new TarPackWriter(std::move(place), std::move(file)));
  }
  auto writer = std::make_unique<ParquetPackWriter>(std::move(place), std::move(file));
  VERGER_RETURN_IF_ERROR(writer->open());
  return std::unique_ptr<PackWriter>(std::move(writer));
}

}  // namespace verger

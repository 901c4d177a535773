// SPDX-License-Identifier: Apache-2.0
#include "parquet/part_writer.h"

#include <arrow/array/array_base.h>
#include <arrow/memory_pool.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <utility>

#include "base/status_macros.h"
#include "parquet/hashing_stream.h"
#include "storage/io_error.h"

namespace verger {

namespace {

// The release whose files these equal in layout. Spark looks here for quirks of older writers.
constexpr const char* kSparkVersion = "3.5.6";

std::shared_ptr<parquet::WriterProperties> properties(std::span<const Column> columns) {
  parquet::WriterProperties::Builder builder;
  builder.compression(parquet::Compression::SNAPPY);
  // Damage is found by whoever reads a page, not only by whoever hashes the file.
  builder.enable_page_checksum();
  // Few features repeat to the bit, so a dictionary and extremes would only cost; labels repeat.
  builder.disable_dictionary();
  builder.disable_statistics();
  for (const Column& column : columns) {
    const std::string name(column.name);
    if (column.type == ColumnType::kString) builder.enable_statistics(name);
    if (name == "label" || name == "reason") builder.enable_dictionary(name);
  }
  return builder.build();
}

}  // namespace

PartWriter::PartWriter(std::string name, std::string place, std::unique_ptr<PendingFile> file)
    : name_(std::move(name)),
      place_(std::move(place)),
      file_(std::move(file)),
      stream_(std::make_shared<HashingStream>(file_->stream())) {}

PartWriter::PartWriter(PartWriter&& other) noexcept = default;
PartWriter& PartWriter::operator=(PartWriter&& other) noexcept = default;
PartWriter::~PartWriter() = default;

Result<PartWriter> PartWriter::open(Store& output, const std::string& name,
                                    std::span<const Column> columns) {
  VERGER_ASSIGN_OR_RETURN(auto file, output.create(name));
  PartWriter part(name, output.shown(name), std::move(file));
  auto writer = parquet::arrow::FileWriter::Open(
      *arrow_schema(columns), arrow::default_memory_pool(), part.stream_, properties(columns));
  if (!writer.ok()) return io_error("write", part.place_, writer.status());
  part.writer_ = *std::move(writer);
  const arrow::Status described = part.writer_->AddKeyValueMetadata(arrow::key_value_metadata(
      {"org.apache.spark.version", "org.apache.spark.sql.parquet.row.metadata"},
      {kSparkVersion, spark_schema(columns)}));
  if (!described.ok()) return io_error("write", part.place_, described);
  return part;
}

Status PartWriter::write(const std::vector<ArrayResult>& columns) {
  arrow::Status status = writer_->NewRowGroup();
  for (const ArrayResult& column : columns) {
    if (status.ok()) status = column.status();
    if (status.ok()) status = writer_->WriteColumnChunk(**column);
  }
  if (!status.ok()) return io_error("write", place_, status);
  rows_ += (*columns.front())->length();
  return {};
}

Result<PartInfo> PartWriter::finish() {
  const arrow::Status closed = writer_->Close();
  if (!closed.ok()) return io_error("write", place_, closed);
  VERGER_RETURN_IF_ERROR(file_->commit());
  return PartInfo{name_, rows_, stream_->bytes(), stream_->finish()};
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include <arrow/adapters/orc/adapter.h>
#include <arrow/array.h>
#include <arrow/csv/reader.h>
#include <arrow/io/compressed.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/reader.h>

#include <cctype>
#include <exception>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/status_macros.h"
#include "input/inventory.h"
#include "packed/container_file.h"
#include "packed/packed_row.h"
#include "parquet/part_file.h"
#include "s3/percent.h"

namespace verger {

namespace {

constexpr int64_t kRowsAtOnce = 1 << 16;

// The columns that are read, by their plain names, and what CSV's texts are to be.
const std::unordered_map<std::string, std::shared_ptr<arrow::DataType>>& wanted() {
  static const std::unordered_map<std::string, std::shared_ptr<arrow::DataType>> kTypes = {
      {"key", arrow::utf8()},
      {"size", arrow::int64()},
      {"lastmodifieddate", arrow::timestamp(arrow::TimeUnit::MILLI, "UTC")},
      {"islatest", arrow::boolean()},
      {"isdeletemarker", arrow::boolean()}};
  return kTypes;
}

// "LastModifiedDate", as CSV's columns are called, and "last_modified_date", as the others' are.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

bool is_wanted(const std::string& column) { return wanted().contains(plain_name(column)); }

// A file by batches of the wanted columns. Each member stands on those before it.
struct OpenedFile {
  std::unique_ptr<arrow::util::Codec> codec{};
  std::unique_ptr<parquet::arrow::FileReader> parquet{};
  std::unique_ptr<arrow::adapters::orc::ORCFileReader> orc{};
  std::shared_ptr<arrow::RecordBatchReader> batches{};
};

using Opening = arrow::Result<OpenedFile>;

Opening open_csv(std::shared_ptr<arrow::io::RandomAccessFile> file,
                 const std::vector<std::string>& columns) {
  OpenedFile opened;
  ARROW_ASSIGN_OR_RAISE(opened.codec, arrow::util::Codec::Create(arrow::Compression::GZIP));
  ARROW_ASSIGN_OR_RAISE(
      auto text, arrow::io::CompressedInputStream::Make(opened.codec.get(), std::move(file)));
  auto read = arrow::csv::ReadOptions::Defaults();
  auto convert = arrow::csv::ConvertOptions::Defaults();
  read.use_threads = false;
  convert.column_types = wanted();
  for (const std::string& column : columns) {
    read.column_names.push_back(plain_name(column));
    if (is_wanted(column)) convert.include_columns.push_back(read.column_names.back());
  }
  auto parse = arrow::csv::ParseOptions::Defaults();
  parse.newlines_in_values = true;
  ARROW_ASSIGN_OR_RAISE(
      opened.batches, arrow::csv::StreamingReader::Make(arrow::io::default_io_context(), text, read,
                                                        parse, convert));
  return opened;
}

Opening open_parquet(const Store& store, const std::string& key) {
  auto file = open_part_file(store, key);
  if (!file.ok()) return arrow::Status::IOError(file.error().message());
  OpenedFile opened;
  ARROW_ASSIGN_OR_RAISE(opened.parquet,
                        parquet::arrow::FileReader::Make(packed_pool(), *std::move(file)));
  const parquet::FileMetaData& metadata = *opened.parquet->parquet_reader()->metadata();
  std::vector<int> columns;
  for (int i = 0; i < metadata.num_columns(); ++i) {
    if (is_wanted(metadata.schema()->Column(i)->name())) columns.push_back(i);
  }
  std::vector<int> groups(static_cast<std::size_t>(metadata.num_row_groups()));
  std::iota(groups.begin(), groups.end(), 0);
  ARROW_ASSIGN_OR_RAISE(opened.batches, opened.parquet->GetRecordBatchReader(groups, columns));
  return opened;
}

Opening open_orc(std::shared_ptr<arrow::io::RandomAccessFile> file) {
  OpenedFile opened;
  ARROW_ASSIGN_OR_RAISE(opened.orc, arrow::adapters::orc::ORCFileReader::Open(file, packed_pool()));
  ARROW_ASSIGN_OR_RAISE(const auto schema, opened.orc->ReadSchema());
  std::vector<std::string> columns;
  for (const auto& field : schema->fields()) {
    if (is_wanted(field->name())) columns.push_back(field->name());
  }
  ARROW_ASSIGN_OR_RAISE(opened.batches, opened.orc->GetRecordBatchReader(kRowsAtOnce, columns));
  return opened;
}

Opening open_file(const Store& store, const InventoryManifest::File& file,
                  InventoryManifest::Format format, const std::vector<std::string>& columns) {
  if (format == InventoryManifest::Format::kParquet) return open_parquet(store, file.key);
  auto opened = store.open_listed({.name = file.key, .size = file.size});
  if (!opened.ok()) return arrow::Status::IOError(opened.error().message());
  auto clamped = clamped_file(*std::move(opened));
  if (format == InventoryManifest::Format::kOrc) return open_orc(std::move(clamped));
  return open_csv(std::move(clamped), columns);
}

int64_t nanoseconds_of(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1'000'000'000;
    case arrow::TimeUnit::MILLI:
      return 1'000'000;
    case arrow::TimeUnit::MICRO:
      return 1'000;
    default:
      return 1;
  }
}

// The wanted columns of one batch; those of versions may be missing.
class Rows {
 public:
  // Half a sentence on what is missing, or "".
  std::string take(const arrow::RecordBatch& batch) {
    for (int i = 0; i < batch.num_columns(); ++i) {
      const std::string name = plain_name(batch.column_name(i));
      const auto column = batch.column(i);
      if (name == "key") keys_ = std::dynamic_pointer_cast<arrow::BinaryArray>(column);
      if (name == "size") sizes_ = std::dynamic_pointer_cast<arrow::Int64Array>(column);
      if (name == "lastmodifieddate") {
        times_ = std::dynamic_pointer_cast<arrow::TimestampArray>(column);
      }
      if (name == "islatest") latest_ = std::dynamic_pointer_cast<arrow::BooleanArray>(column);
      if (name == "isdeletemarker") {
        deleted_ = std::dynamic_pointer_cast<arrow::BooleanArray>(column);
      }
    }
    if (keys_ && sizes_ && times_) return "";
    return "an inventory must have the fields Size and LastModifiedDate, for updates and reads";
  }

  // kIo: half a sentence on what cannot be.
  Result<InventoryRow> row(int64_t i) const {
    InventoryRow row{.object = {.name = std::string(keys_->GetView(i))}};
    if (!sizes_->IsNull(i)) row.object.size = sizes_->Value(i);
    if (row.object.size < 0) return Status::io("the size of an object in it is negative");
    if (!times_->IsNull(i)) {
      const auto& type = static_cast<const arrow::TimestampType&>(*times_->type());
      if (__builtin_mul_overflow(times_->Value(i), nanoseconds_of(type.unit()),
                                 &row.object.mtime_ns)) {
        return Status::io("the time of an object in it is none");
      }
    }
    row.counts = (!latest_ || latest_->IsNull(i) || latest_->Value(i)) &&
                 (!deleted_ || deleted_->IsNull(i) || !deleted_->Value(i));
    return row;
  }

 private:
  std::shared_ptr<arrow::BinaryArray> keys_;
  std::shared_ptr<arrow::Int64Array> sizes_;
  std::shared_ptr<arrow::TimestampArray> times_;
  std::shared_ptr<arrow::BooleanArray> latest_;
  std::shared_ptr<arrow::BooleanArray> deleted_;
};

}  // namespace

Status visit_inventory_file(const Store& store, const InventoryManifest::File& file,
                            InventoryManifest::Format format,
                            const std::vector<std::string>& columns,
                            const std::function<Status(InventoryRow)>& visitor) try {
  const auto error = [&](std::string_view cause) {
    return part_error(store.shown(file.key), cause);
  };
  const auto opened = open_file(store, file, format, columns);
  if (!opened.ok()) return error(opened.status().message());
  while (true) {
    const auto batch = opened->batches->Next();
    if (!batch.ok()) return error(batch.status().message());
    if (*batch == nullptr) return {};
    Rows rows;
    if (const std::string missing = rows.take(**batch); !missing.empty()) return error(missing);
    for (int64_t i = 0; i < (*batch)->num_rows(); ++i) {
      auto row = rows.row(i);
      if (!row.ok()) return error(row.error().message());
      std::string& name = row->object.name;
      if (format == InventoryManifest::Format::kCsv) {
        auto key = form_decode(name);
        if (!key) return error("its key '" + name + "' is not encoded as in a URL");
        name = *std::move(key);
      }
      VERGER_RETURN_IF_ERROR(visitor(*std::move(row)));
    }
  }
} catch (const std::exception& error) {  // what the Parquet library throws at a damaged file
  return part_error(store.shown(file.key), error.what());
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "parquet/part_file.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <parquet/properties.h>

#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "parquet/bounded_pool.h"

namespace verger {

Status part_error(const std::string& place, std::string_view cause) {
  cause = cause.substr(0, cause.find('\n'));
  cause = cause.substr(0, cause.find_last_not_of(" .") + 1);
  return Status::io("Cannot read " + place + ": " + std::string(cause) + ".");
}

namespace {

// Some programs write pages of 100 MB, but a damaged header may ask for gigabytes.
constexpr int64_t kMostPageBytes = 128LL << 20;

parquet::ReaderProperties reader_properties() {
  static BoundedPool pool(kMostPageBytes);
  parquet::ReaderProperties properties(&pool);
  properties.set_page_checksum_verification(true);
  return properties;
}

}  // namespace

Result<std::unique_ptr<parquet::ParquetFileReader>> open_part_file(const Store& store,
                                                                   const std::string& name) {
  VERGER_ASSIGN_OR_RETURN(auto file, store.open_file(name));
  return parquet::ParquetFileReader::Open(std::move(file), reader_properties());
}

std::unique_ptr<parquet::ParquetFileReader> open_part_bytes(std::span<const uint8_t> bytes) {
  auto file = std::make_shared<arrow::io::BufferReader>(
      std::make_shared<arrow::Buffer>(bytes.data(), static_cast<int64_t>(bytes.size())));
  return parquet::ParquetFileReader::Open(std::move(file), reader_properties());
}

}  // namespace verger

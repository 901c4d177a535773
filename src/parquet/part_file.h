// Opening Parquet files that may be damaged.
#pragma once

#include <parquet/file_reader.h>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// kIo: "Cannot read file:/x.parquet: …". `cause` may be a library's text of several lines.
Status part_error(const std::string& display_path, std::string_view cause);

// Pages' checksums will be verified. Throws what the Parquet library throws.
Result<std::unique_ptr<parquet::ParquetFileReader>> open_part_file(const Store& store,
                                                                   const std::string& name);

// Calls `read(parquet::ParquetFileReader&)`, which returns a Result, on an opened file. What the
// Parquet library throws at a damaged file becomes part_error().
template <class Read>
auto read_part_file(const Store& store, const std::string& name, const Read& read)
    -> decltype(read(std::declval<parquet::ParquetFileReader&>())) {
  try {
    auto file = open_part_file(store, name);
    if (!file.ok()) return std::move(file).error();
    return read(**file);
  } catch (const std::exception& error) {
    return part_error(store.display_path(name), error.what());
  }
}

}  // namespace verger

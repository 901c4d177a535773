// SPDX-License-Identifier: Apache-2.0
// Small parts that are read whole, and must be the file that a record describes.
#pragma once

#include <parquet/file_reader.h>
#include <parquet/schema.h>

#include <exception>
#include <string>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "parquet/part_file.h"
#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// A column that does not repeat, of this name and type?
inline bool is_column(const parquet::SchemaDescriptor& schema, int column, const char* name,
                      parquet::Type::type type) {
  const parquet::ColumnDescriptor& leaf = *schema.Column(column);
  return leaf.name() == name && leaf.physical_type() == type && leaf.max_repetition_level() == 0;
}

// read(file, display path) of a part whose size and SHA-256 are those of `part`; kIo for another,
// and for what the Parquet library throws at a damaged file. `record`: what describes it.
template <class Read>
auto read_described_part(const Store& store, const PartInfo& part, const std::string& record,
                         const Read& read)
    -> decltype(read(std::declval<parquet::ParquetFileReader&>(), std::string())) {
  VERGER_ASSIGN_OR_RETURN(const auto bytes, store.read(part.name));
  const std::string place = store.shown(part.name);
  if (static_cast<int64_t>(bytes.size()) != part.bytes || sha256_hex(bytes) != part.sha256) {
    return part_error(place, "it is not the file that " + record + " describes");
  }
  return read_part_bytes(bytes, place,
                         [&](parquet::ParquetFileReader& file) { return read(file, place); });
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// Bytes of a Parquet file → its schema and the rows of a features table.
#include "folder.h"
#include "parquet/tables.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  static verger::Folder folder;
  const auto& store = folder.with("part", bytes);
  (void)verger::read_part_schema(*store, "part");
  const auto check = [](const verger::FeatureRows& rows) {
    verger::require(rows.label.size() == rows.size(), "a row has a label");
    verger::require(rows.features.size() == rows.size() * rows.width, "rows are of one width");
    return verger::Status();
  };
  (void)verger::visit_features_part(*store, "part", 0, check);
  return 0;
}

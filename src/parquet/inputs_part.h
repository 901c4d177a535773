// SPDX-License-Identifier: Apache-2.0
// Which images a shard is of, and what each was known by: the files of _verger/inputs/
// (docs/formats.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// stamp.size() == path.size().
struct InputRows {
  std::vector<std::string> path;
  std::vector<int64_t> stamp;
  std::size_t size() const { return path.size(); }
};

// path binary, byte for byte as the image is listed, and stamp long; in the rows' order.
Result<PartInfo> write_inputs_part(Store& output, const std::string& name, const InputRows& rows);

// All rows of a part, which must be the one that `part` describes, by size and SHA-256 (kIo).
Result<InputRows> read_inputs_part(const Store& store, const PartInfo& part);

}  // namespace verger

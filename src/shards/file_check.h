// SPDX-License-Identifier: Apache-2.0
// Is a file of a result what its record says?
#pragma once

#include <string>

#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct RecordedFile {
  PartInfo info;
  bool parquet = false;  // its rows are counted, and its texts looked at
};

// kIo, without a full stop, when it is not. Reads the file in small pieces.
Status check_file(const Store& store, const RecordedFile& file);

// Is the part readable, and without a row?
bool is_empty_part(const Store& store, const std::string& name);

}  // namespace verger

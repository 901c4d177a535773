// Is a file what its record says?
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct RecordedFile {
  PartInfo info;
  bool parquet = false;  // its rows are counted, and its texts looked at
};

// The first of `files` that is not what its record says, and why; "" when all are. Reads several at
// once, each in small pieces.
std::string fault_of(const Store& store, std::span<const RecordedFile> files);

// Is the part readable, and without a row?
bool is_empty_part(const Store& store, const std::string& name);

// What a report or a search left of a whole result: how much is known of what is familiar; "" when
// they left nothing. It is no part of the result, but searches refuse a damaged one, which is kIo.
Result<std::string> describe_familiarity(const Store& store);

}  // namespace verger

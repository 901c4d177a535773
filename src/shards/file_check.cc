// SPDX-License-Identifier: Apache-2.0
#include "shards/file_check.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include <algorithm>
#include <memory>

#include "base/numbers.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace verger {

namespace {

constexpr int64_t kPiece = int64_t{4} << 20;  // bytes read at once

// The file's SHA-256; of another size than recorded it is a fault.
Result<std::string> sha256_of(const Store& store, const PartInfo& recorded) {
  const Status unreadable = Status::io(recorded.name + " is missing or unreadable");
  const auto file = store.open_file(recorded.name);
  if (!file.ok()) return unreadable;
  const auto size = (*file)->GetSize();
  if (!size.ok()) return unreadable;
  if (*size != recorded.bytes) {
    return Status::io(recorded.name + " has " + format_count(*size, "byte") + ", not " +
                      format_count(recorded.bytes));
  }
  Sha256 sha;
  for (int64_t at = 0; at < *size; at += kPiece) {
    const int64_t wanted = std::min(kPiece, *size - at);
    const auto piece = (*file)->ReadAt(at, wanted);
    if (!piece.ok()) return unreadable;
    sha.update(std::span((*piece)->data(), static_cast<std::size_t>((*piece)->size())));
    if ((*piece)->size() < wanted) return Status::io(recorded.name + " is cut off");
  }
  return sha.finish();
}

Status check_rows(const Store& store, const PartInfo& recorded) {
  const auto schema = read_part_schema(store, recorded.name);
  if (!schema.ok()) {
    return Status::io(recorded.name + " is not readable Parquet: " + schema.error().message());
  }
  if (schema->rows != recorded.rows) {
    return Status::io(recorded.name + " holds " + format_count(schema->rows, "row") + ", not " +
                      format_count(recorded.rows));
  }
  if (schema->bad_text.empty()) return {};
  return Status::io(recorded.name + " holds a text in '" + schema->bad_text + "' that is no UTF-8");
}

}  // namespace

Status check_file(const Store& store, const RecordedFile& file) {
  const PartInfo& recorded = file.info;
  VERGER_ASSIGN_OR_RETURN(const std::string sha256, sha256_of(store, recorded));
  if (sha256 != recorded.sha256) {
    return Status::io(recorded.name + " is damaged: its SHA-256 differs");
  }
  return file.parquet ? check_rows(store, recorded) : Status();
}

bool is_empty_part(const Store& store, const std::string& name) {
  const auto schema = read_part_schema(store, name);
  return schema.ok() && schema->rows == 0;
}

}  // namespace verger

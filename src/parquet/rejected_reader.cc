// SPDX-License-Identifier: Apache-2.0
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "parquet/part_file.h"
#include "parquet/tables.h"

namespace verger {

namespace {

// Appends the rows of one batch until `most` are there.
arrow::Status append(const arrow::RecordBatch& batch, std::size_t most,
                     std::vector<RejectedRow>& rows) {
  const auto text = [&](const char* name) {
    return std::dynamic_pointer_cast<arrow::StringArray>(batch.GetColumnByName(name));
  };
  const auto path = text("path");
  const auto label = text("label");
  const auto reason = text("reason");
  const auto message = text("message");
  const auto length = std::dynamic_pointer_cast<arrow::Int64Array>(batch.GetColumnByName("length"));
  if (!path || !label || !reason || !message || !length) {
    return arrow::Status::Invalid("it is no rejected table");
  }
  for (int64_t i = 0; i < batch.num_rows() && rows.size() < most; ++i) {
    const auto known = parse_reject_reason(reason->GetView(i));
    if (!known) return arrow::Status::Invalid("it names an unknown reason");
    rows.push_back(
        {path->GetString(i), label->GetString(i), *known, message->GetString(i), length->Value(i)});
  }
  return arrow::Status::OK();
}

arrow::Status read_rows(std::unique_ptr<parquet::ParquetFileReader> file, std::size_t most,
                        std::vector<RejectedRow>& rows) {
  std::unique_ptr<parquet::arrow::FileReader> reader;
  ARROW_ASSIGN_OR_RAISE(
      reader, parquet::arrow::FileReader::Make(arrow::default_memory_pool(), std::move(file)));
  ARROW_ASSIGN_OR_RAISE(const auto batches, reader->GetRecordBatchReader());
  for (std::shared_ptr<arrow::RecordBatch> batch; rows.size() < most;) {
    ARROW_RETURN_NOT_OK(batches->ReadNext(&batch));
    if (!batch) break;
    ARROW_RETURN_NOT_OK(append(*batch, most, rows));
  }
  return arrow::Status::OK();
}

}  // namespace

Status read_rejected_part(const Store& store, const std::string& name, std::size_t most,
                          std::vector<RejectedRow>& rows) {
  try {
    VERGER_ASSIGN_OR_RETURN(auto file, open_part_file(store, name));
    const arrow::Status status = read_rows(std::move(file), most, rows);
    return status.ok() ? Status() : part_error(store.shown(name), status.message());
  } catch (const std::exception& error) {
    return part_error(store.shown(name), error.what());
  }
}

}  // namespace verger

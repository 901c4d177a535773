// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "packed/container.h"
#include "packed/container_file.h"
#include "packed/packed_row.h"
#include "plan/table_columns.h"

namespace arrow {
class RecordBatch;
}
namespace arrow::ipc {
class RecordBatchFileReader;
}

namespace verger {

// An Arrow IPC file with a column of bytes. Position: the row. One record batch is read at a time.
class ArrowContainer final : public Container {
 public:
  explicit ArrowContainer(ContainerFile file) : file_(std::move(file)) {}

  // Reads the footer, and of the columns the path, the label and the length alone.
  Result<PackedListing> list(const PackedVisitor& visitor) override;
  // The same: only reading a batch tells how many rows it has.
  Status open_listed() override;
  std::vector<std::size_t> cut(std::span<const ImagePlace> images) const override;
  void read(std::span<const ImagePlace> images, ImageSink& sink) const override;

 private:
  // With these top-level columns alone; none: all.
  Result<std::shared_ptr<arrow::ipc::RecordBatchFileReader>> open(std::vector<int> fields) const;
  Status list_batch(const arrow::RecordBatch& batch, const RowVisit& visit);
  Status read_rows(std::span<const ImagePlace> images, ImageSink& sink) const;
  int batch_of(int64_t row) const;

  const ContainerFile file_;
  std::vector<TableColumn> table_columns_;  // what columns_ counts
  TableColumns columns_;
  std::vector<int64_t> batches_ = {0};  // the first row of each, and the number of rows
};

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "packed/container.h"
#include "packed/container_file.h"
#include "plan/table_columns.h"

namespace parquet {
class FileMetaData;
class ParquetFileReader;
}  // namespace parquet

namespace verger {

// A Parquet table with a column of bytes. Position: the row. One row group is read at a time.
class ParquetContainer final : public Container {
 public:
  explicit ParquetContainer(ContainerFile file) : file_(std::move(file)) {}

  // Reads the footer, and of the columns the path, the label and the length alone.
  Result<PackedListing> list(const PackedVisitor& visitor) override;
  Status open_listed() override;  // reads the footer alone
  std::vector<std::size_t> cut(std::span<const ImagePlace> images) const override;
  void read(std::span<const ImagePlace> images, ImageSink& sink) const override;

 private:
  // Calls `then` with the table, once its columns are chosen and its row groups are known.
  template <class Then>
  Status open_table(const Then& then);
  Status list_rows(parquet::ParquetFileReader& reader, const PackedVisitor& visitor);
  // How many of the images were handed over; fewer than all when `sink` wants no more.
  Result<std::size_t> read_rows(std::span<const ImagePlace> images, ImageSink& sink) const;
  int group_of(int64_t row) const;

  const ContainerFile file_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  TableColumns columns_;
  std::string no_images_;                 // why, when there is no column of them
  std::vector<std::string> class_names_;  // what labels that are numbers stand for
  std::vector<int64_t> groups_;           // the first row of each row group, and the number of rows
};

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// What the kinds of tables have in common.
#pragma once

#include <arrow/memory_pool.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packed/container.h"
#include "packed/container_file.h"

namespace verger {

// A row as its table tells it, without the image.
struct PackedRow {
  int64_t row = 0;
  std::optional<std::string_view> path{};  // borrowed
  std::optional<std::string_view> label{};
  std::optional<int64_t> label_number{};  // in place of a label
  std::optional<int64_t> length{};
};

// Hands rows over as images: with the table's own path, else the table's and the row's number; with
// the table's own label, else that of a folder "label=…" above the table, else the folder's name in
// the table's own path, else that of the table's folder. With a pattern, only when the path fits
// it.
class RowVisit {
 public:
  // `class_names`: those of labels that are numbers; empty: they stay numbers. Borrows `file`.
  RowVisit(const ContainerFile& file, std::vector<std::string> class_names,
           const PackedVisitor& visitor);

  // kIo for a path or a label of more than kMostText bytes: a table of a few KB may repeat one of
  // megabytes for each of its rows.
  Status operator()(const PackedRow& row) const;

 private:
  std::string label_of_row(const PackedRow& row) const;

  const ContainerFile& file_;
  const ImageNames names_;
  const std::vector<std::string> class_names_;
  const std::string path_;                            // where the table is
  const std::optional<std::string> partition_label_;  // above it
  const PackedVisitor& visitor_;
};

inline constexpr std::size_t kMostText = 4096;  // bytes of a path or a label

// The names of the classes whose numbers the column holds, as Hugging Face's datasets record them
// beside a table ("huggingface" of its metadata); empty: none.
std::vector<std::string> class_names_of(const std::string& huggingface, const std::string& column);

// kIo when a table of so many rows claims more of them than its bytes can hold.
Status check_rows(const ContainerFile& file, int64_t rows, int64_t more);

// For what tables claim about sizes: refuses single pieces of more than 128 MiB.
arrow::MemoryPool* packed_pool();

// Passes everything on, and knows how far a read got.
class DeliveredCount final : public ImageSink {
 public:
  explicit DeliveredCount(ImageSink& to) : to_(to) {}

  bool reserve(int64_t bytes) override { return wanted_ = wanted_ && to_.reserve(bytes); }
  bool deliver(std::size_t index, Result<std::vector<uint8_t>> bytes) override {
    delivered_ = index + 1;
    return wanted_ = to_.deliver(index, std::move(bytes));
  }

  // Those of `count` images that were not delivered cannot be read, for this reason.
  void fail_rest(std::size_t count, const Status& failure);

 private:
  ImageSink& to_;
  std::size_t delivered_ = 0;
  bool wanted_ = true;
};

}  // namespace verger

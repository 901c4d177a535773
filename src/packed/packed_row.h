// What the kinds of tables have in common.
#pragma once

#include <arrow/memory_pool.h>

#include <cstdint>
#include <optional>
#include <string>

#include "packed/container.h"
#include "packed/container_file.h"

namespace verger {

// A row as its table tells it, without the image.
struct PackedRow {
  int64_t row = 0;
  std::optional<std::string> path;
  std::optional<std::string> label;
  std::optional<std::string> length;
};

// Hands the row over as an image: with the table's own path, else the table's and the row's number;
// with the table's own label, else the folder's name in that path. With a pattern, only when the
// path fits it.
Status visit_row(const ContainerFile& file, PackedRow row, const PackedVisitor& visitor);

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

#include "packed/packed_row.h"

#include <charconv>
#include <utility>

#include "parquet/bounded_pool.h"
#include "plan/image_names.h"
#include "plan/packed_names.h"

namespace verger {

Status visit_row(const ContainerFile& file, PackedRow row, const PackedVisitor& visitor) {
  PackedImage image;
  image.place.position = row.row;
  image.path = row.path ? *std::move(row.path) : file.path() + '/' + row_name(row.row);
  if (!file.pattern.empty() &&
      !is_image(image.path.substr(image.path.rfind('/') + 1), file.pattern)) {
    return {};
  }
  image.label = row.label ? *std::move(row.label) : label_of(image.path);
  if (row.length) {
    const std::string& text = *row.length;
    std::from_chars(text.data(), text.data() + text.size(), image.place.length);
  }
  return visitor(std::move(image));
}

Status check_rows(const ContainerFile& file, int64_t rows, int64_t more) {
  if (more >= 0 && more <= file.entry.size - rows) return {};
  return file.error("it claims more rows than its bytes can hold");
}

arrow::MemoryPool* packed_pool() {
  static BoundedPool pool(int64_t{128} << 20);
  return &pool;
}

void DeliveredCount::fail_rest(std::size_t count, const Status& failure) {
  for (std::size_t i = delivered_; i < count && wanted_; ++i) {
    if (reserve(0)) deliver(i, failure);
  }
}

}  // namespace verger

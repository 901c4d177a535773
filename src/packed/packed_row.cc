// SPDX-License-Identifier: Apache-2.0
#include "packed/packed_row.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/numbers.h"
#include "parquet/bounded_pool.h"
#include "plan/image_names.h"
#include "plan/packed_names.h"

namespace verger {

RowVisit::RowVisit(const ContainerFile& file, std::vector<std::string> class_names,
                   const PackedVisitor& visitor)
    : file_(file),
      names_(file.options.pattern),
      class_names_(std::move(class_names)),
      path_(file.path()),
      partition_label_(file.label()),
      visitor_(visitor) {}

Status RowVisit::operator()(const PackedRow& row) const {
  for (const auto& text : {row.path, row.label}) {
    if (text && text->size() > kMostText) {
      return file_.error("row " + format_count(row.row) + " has a path or a label of " +
                         format_count(text->size()) + " bytes, and " + format_count(kMostText) +
                         " are taken at most");
    }
  }
  PackedImage image;
  image.place.position = row.row;
  image.path = row.path ? std::string(*row.path) : path_ + '/' + row_name(row.row);
  if (names_.by_pattern() && !names_.match(image.path)) return {};
  image.label = label_of_row(row);
  if (row.length) image.place.length = *row.length;
  return visitor_(std::move(image));
}

std::string RowVisit::label_of_row(const PackedRow& row) const {
  if (row.label_number) {
    const auto number = static_cast<uint64_t>(*row.label_number);
    if (number < class_names_.size()) return class_names_[number];
    if (class_names_.empty()) return std::to_string(*row.label_number);
  } else if (row.label) {
    return std::string(*row.label);
  }
  if (partition_label_) return *partition_label_;
  std::string folder = row.path ? label_of(*row.path, file_.options.label_column) : "";
  return folder.empty() ? label_of(path_) : folder;
}

std::vector<std::string> class_names_of(const std::string& huggingface, const std::string& column) {
  const auto metadata = nlohmann::json::parse(huggingface, nullptr, /*allow_exceptions=*/false);
  const nlohmann::json::json_pointer place("/info/features");
  if (!metadata.is_object() || !metadata.contains(place)) return {};
  const nlohmann::json& features = metadata[place];
  const auto feature = features.find(column);
  if (!features.is_object() || feature == features.end() || !feature->is_object()) return {};
  if (feature->value("_type", nlohmann::json()) != "ClassLabel") return {};
  std::vector<std::string> names;
  for (const auto& name : feature->value("names", nlohmann::json::array())) {
    if (!name.is_string()) return {};
    names.push_back(name.get<std::string>().substr(0, kMostText));
  }
  return names;
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

// SPDX-License-Identifier: Apache-2.0
// The layouts are those of the Arrow columnar format, version 1.4.
#include "bindings/arrow_import.h"

#include <cstring>
#include <string_view>

namespace verger::python {

namespace {

bool is_null(const ArrowArray& array, int64_t at) {
  const auto* valid = static_cast<const uint8_t*>(array.n_buffers > 0 ? array.buffers[0] : nullptr);
  return array.null_count != 0 && valid != nullptr && ((valid[at / 8] >> (at % 8)) & 1) == 0;
}

// T: the type of the offsets.
template <class T>
std::span<const uint8_t> between_offsets(const ArrowArray& array, int64_t at) {
  const auto* offsets = static_cast<const T*>(array.buffers[1]);
  const auto* bytes = static_cast<const uint8_t*>(array.buffers[2]);
  return {bytes + offsets[at], static_cast<std::size_t>(offsets[at + 1] - offsets[at])};
}

// A view is 16 bytes: the length; then up to 12 bytes of data, or 4 of prefix, the number of the
// buffer and the offset in it.
std::span<const uint8_t> viewed(const ArrowArray& array, int64_t at) {
  constexpr int32_t kInline = 12;
  const auto* view = static_cast<const uint8_t*>(array.buffers[1]) + 16 * at;
  int32_t length = 0;
  int32_t buffer = 0;
  int32_t offset = 0;
  std::memcpy(&length, view, 4);
  if (length <= kInline) return {view + 4, static_cast<std::size_t>(length)};
  std::memcpy(&buffer, view + 8, 4);
  std::memcpy(&offset, view + 12, 4);
  const auto* bytes = static_cast<const uint8_t*>(array.buffers[2 + buffer]);
  return {bytes + offset, static_cast<std::size_t>(length)};
}

std::string known_columns(const ArrowSchema& schema) {
  std::string names;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    if (i > 0) names += ", ";
    names += schema.children[i]->name != nullptr ? schema.children[i]->name : "";
  }
  return names;
}

}  // namespace

Result<ImageColumn> ImageColumn::find(const ArrowSchema& schema, const std::string& column) {
  const ArrowSchema* chosen = &schema;
  int64_t child = -1;
  std::string what = "The array";
  if (std::string_view(schema.format) == "+s") {
    what = "The column '" + column + "'";
    for (int64_t i = 0; i < schema.n_children; ++i) {
      const char* name = schema.children[i]->name;
      if (name != nullptr && name == column) child = i;
    }
    if (child < 0) {
      return Status::invalid_argument("There is no column '" + column +
                                      "'; there are: " + known_columns(schema) + ".");
    }
    chosen = schema.children[child];
  }
  const std::string_view format = chosen->format;
  if (chosen->dictionary == nullptr) {
    if (format == "z") return ImageColumn(Kind::kBinary, child);
    if (format == "Z") return ImageColumn(Kind::kLargeBinary, child);
    if (format == "vz") return ImageColumn(Kind::kBinaryView, child);
  }
  return Status::invalid_argument(what + " must be binary, large binary or binary view, not of " +
                                  "Arrow's format '" + std::string(format) + "'.");
}

std::optional<std::span<const uint8_t>> ImageColumn::at(const ArrowArray& array,
                                                        std::size_t row) const {
  auto at = static_cast<int64_t>(row) + array.offset;
  const ArrowArray* column = &array;
  if (child_ >= 0) {
    if (is_null(array, at)) return std::nullopt;
    column = array.children[child_];
    at += column->offset;
  }
  if (is_null(*column, at)) return std::nullopt;
  switch (kind_) {
    case Kind::kBinary:
      return between_offsets<int32_t>(*column, at);
    case Kind::kLargeBinary:
      return between_offsets<int64_t>(*column, at);
    default:
      return viewed(*column, at);
  }
}

}  // namespace verger::python

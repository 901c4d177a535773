// FeatureRows, cut into the row groups of a part file.
#pragma once

#include <algorithm>
#include <cassert>
#include <span>
#include <string>

#include "base/status_macros.h"
#include "parquet/columns.h"
#include "parquet/part_writer.h"
#include "parquet/tables.h"
#include "verger/status.h"

namespace verger {

// Every table begins with these.
inline constexpr Column kPath{"path"};
inline constexpr Column kLabel{"label"};

// Some rows of a FeatureRows, borrowed.
struct RowGroup {
  std::span<const std::string> path;
  std::span<const std::string> label;
  std::span<const float> features;
  std::size_t width;

  ArrayResult path_array() const { return string_array(path); }
  ArrayResult label_array() const { return string_array(label); }
  ArrayResult features_array() const { return floats_array(features, width); }
};

// Calls `write(RowGroup)`, which returns a Status, for each kRowGroupRows of `rows`.
template <class Write>
Status for_each_row_group(const FeatureRows& rows, const Write& write) {
  assert(rows.label.size() == rows.size() && rows.features.size() == rows.size() * rows.width);
  for (std::size_t begin = 0; begin < rows.size(); begin += kRowGroupRows) {
    const std::size_t count = std::min(kRowGroupRows, rows.size() - begin);
    VERGER_RETURN_IF_ERROR(write(RowGroup{
        std::span(rows.path).subspan(begin, count), std::span(rows.label).subspan(begin, count),
        std::span(rows.features).subspan(begin * rows.width, count * rows.width), rows.width}));
  }
  return {};
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
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

// Cuts rows that arrive in batches of any size into row groups of kRowGroupRows, the last one
// excepted: then a file's bytes do not depend on how its rows arrive. Not thread-safe.
class RowGrouper {
 public:
  // Calls `write(RowGroup)`, which returns a Status, for each row group that `rows` fills.
  template <class Write>
  Status add(const FeatureRows& rows, const Write& write) {
    assert(rows.label.size() == rows.size() && rows.features.size() == rows.size() * rows.width);
    std::size_t begin = 0;
    if (rest_.size() > 0) {
      begin = std::min(kRowGroupRows - rest_.size(), rows.size());
      keep(rows, 0, begin);
      if (rest_.size() < kRowGroupRows) return {};
      VERGER_RETURN_IF_ERROR(finish(write));
    }
    for (; begin + kRowGroupRows <= rows.size(); begin += kRowGroupRows) {
      VERGER_RETURN_IF_ERROR(write(group(rows, begin, begin + kRowGroupRows)));
    }
    keep(rows, begin, rows.size());
    return {};
  }

  // The rows that are left.
  template <class Write>
  Status finish(const Write& write) {
    if (rest_.size() == 0) return {};
    VERGER_RETURN_IF_ERROR(write(group(rest_, 0, rest_.size())));
    rest_.clear();
    return {};
  }

 private:
  static RowGroup group(const FeatureRows& rows, std::size_t begin, std::size_t end) {
    const std::size_t count = end - begin;
    return {std::span(rows.path).subspan(begin, count), std::span(rows.label).subspan(begin, count),
            std::span(rows.features).subspan(begin * rows.width, count * rows.width), rows.width};
  }

  void keep(const FeatureRows& rows, std::size_t begin, std::size_t end) {
    rest_.width = rows.width;
    for (std::size_t row = begin; row < end; ++row) rest_.append(rows, row);
  }

  FeatureRows rest_;  // fewer than kRowGroupRows
};

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "image/passes.h"

#include <algorithm>
#include <cstring>

#include "image/column_filter.h"

namespace verger {

namespace {

// A block that the second-level cache holds.
constexpr std::size_t kBlockSize = std::size_t{256} << 10;
constexpr std::size_t kLeastBlockRows = 16;

// How many outputs have inputs on both sides of an edge of the blocks, at most.
std::size_t count_straddling(const ResampleWeights& weights, std::size_t block) {
  std::size_t most = 1;
  const auto rows = static_cast<int>(block);
  int first = 0;  // the first output that reaches the edge
  for (int edge = rows; edge < weights.axis().from; edge += rows) {
    while (weights.first(first) + weights.count(first) <= edge) ++first;
    int end = first;
    while (end < weights.axis().to && weights.first(end) < edge) ++end;
    most = std::max(most, static_cast<std::size_t>(end - first));
  }
  return most;
}

}  // namespace

void HorizontalPass::start(const Axis& axis, int rows, RowSink& sink) {
  if (axis != axis_) {
    filter_ = RowFilter(ResampleWeights(axis), row_kernel_for(axis));
    axis_ = axis;
  }
  sink_ = &sink;
  size_ = 3 * static_cast<std::size_t>(axis.to);
  filled_ = 0;
  left_ = rows;
  const auto batch = static_cast<std::size_t>(std::min(rows, RowFilter::kBatch));
  from_.resize(batch, 3 * static_cast<std::size_t>(axis.from) + RowFilter::kPadding);
  to_.resize(batch, size_ + RowFilter::kPadding);
}

void HorizontalPass::push_row() {
  ++filled_;
  --left_;
  if (left_ == 0 || filled_ == RowFilter::kBatch) flush();
}

void HorizontalPass::flush() {
  filter_.filter({from_.row(0), from_.stride()}, static_cast<int>(filled_),
                 {to_.row(0), to_.stride()});
  for (std::size_t i = 0; i < filled_; ++i) {
    std::memcpy(sink_->next_row(), to_.row(i), size_);
    sink_->push_row();
  }
  filled_ = 0;
}

void VerticalPass::start(const Axis& axis, std::size_t size, RowSink& sink) {
  if (axis != weights_.axis()) weights_ = ResampleWeights(axis);
  sink_ = &sink;
  size_ = size;
  const auto rows = static_cast<std::size_t>(axis.from);
  capacity_ = std::min(std::max(kBlockSize / size, kLeastBlockRows), rows);
  filled_ = 0;
  first_ = 0;
  next_ = 0;
  slots_ = count_straddling(weights_, capacity_);
  block_.resize(capacity_, size);
  sums_.resize(capacity_ < rows ? slots_ * size : 0);
}

void VerticalPass::push_row() {
  ++filled_;
  const int end = first_ + static_cast<int>(filled_);
  if (filled_ == capacity_ || end == weights_.axis().from) flush();
}

void VerticalPass::flush() {
  const int end = first_ + static_cast<int>(filled_);
  for (int y = next_; y < weights_.axis().to && weights_.first(y) < end; ++y) {
    const int first = weights_.first(y);
    const int last = first + weights_.count(y);
    const int from = std::max(first, first_);
    const WeightedRows rows = {
        .first = block_.row(static_cast<std::size_t>(from - first_)),
        .stride = block_.stride(),
        .weights = weights_.weights(y) + (from - first),
        .count = std::min(last, end) - from,
    };
    const int32_t* const before = first < first_ ? sums_of(y) : nullptr;
    if (last > end) {
      filter_columns(rows, size_, {.before = before, .after = sums_of(y), .to = nullptr});
      continue;
    }
    filter_columns(rows, size_, {.before = before, .after = nullptr, .to = sink_->next_row()});
    sink_->push_row();
    ++next_;
  }
  first_ = end;
  filled_ = 0;
}

}  // namespace verger

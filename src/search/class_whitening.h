// SPDX-License-Identifier: Apache-2.0
// A map of the vectors of a table under which its classes are compact.
//
// Photographs of one class differ by how the fruit is turned and lit, those of two classes by what
// they show. The inverse of the covariance within classes, pooled over them, weighs down what
// varies within: Fisher's (1936, "The use of multiple measurements in taxonomic problems"). It is
// shrunk towards the diagonal of the whole covariance, scaled to the same trace, as if by as many
// rows as there are components, so that few rows give a map too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/lazy_vector.h"
#include "search/table.h"
#include "verger/status.h"

namespace verger {

// A label of fewer rows has no statistics of its own.
inline constexpr std::size_t kFewestOfLabel = 10;

// Immutable: many threads may map by it.
class ClassWhitening {
 public:
  // It is fitted on at most so many rows, spread evenly, of at most so many components.
  static constexpr std::size_t kFittedRows = 25'000;
  static constexpr std::size_t kMostComponents = 2048;

  std::size_t width() const { return width_; }

  // Maps vectors of length 1, one after the other, and scales what comes of each to length 1.
  void map(std::span<const float> units, std::span<float> mapped) const;

  // The labels of kFewestOfLabel fitted rows and more, ascending.
  const std::vector<std::string>& labels() const { return labels_; }
  // The number of a label among them.
  std::optional<std::size_t> class_of(const std::string& label) const;
  // The mean of a class under the map, scaled to length 1.
  std::span<const float> mean(std::size_t number) const {
    return {rows_.data() + (width_ + number) * width_, width_};
  }

  // A .npy file of float64, (width + labels) × width: what map() multiplies with, then the means.
  std::vector<uint8_t> encode() const;
  // Nothing when the bytes are another file. `labels`: ascending.
  static std::optional<ClassWhitening> decode(std::span<const uint8_t> bytes, std::size_t width,
                                              std::vector<std::string> labels);

 private:
  friend class ClassWhiteningFit;
  ClassWhitening(std::size_t width, std::vector<std::string> labels, LazyVector<float> rows)
      : width_(width), labels_(std::move(labels)), rows_(std::move(rows)) {}

  std::size_t width_;
  std::vector<std::string> labels_;
  LazyVector<float> rows_;
};

// A map, and what it was fitted on.
class ClassWhiteningFit {
 public:
  // Nothing where fewer than two labels have kFewestOfLabel rows, where the rows of a class are all
  // the same, or of more components. `table` needs no vectors. About rows · components² / 2
  // multiply-adds, on one thread.
  static Result<std::optional<ClassWhiteningFit>> make(const SearchTable& table,
                                                       const ReadRow& read,
                                                       const CancelToken& cancel);

  const ClassWhitening& whitening() const& { return whitening_; }
  ClassWhitening whitening() && { return std::move(whitening_); }

  // The mean of the class of a row with this vector, without that row, under the map and of length
  // 1. `row` must be one of those fitted.
  std::vector<float> mean_without(std::size_t number, std::span<const float> unit) const;
  // Is this row of the table among those fitted?
  bool fitted(std::size_t row) const {
    return is_spread_row(row, rows_, ClassWhitening::kFittedRows);
  }

 private:
  ClassWhiteningFit(ClassWhitening whitening, std::size_t rows, std::vector<double> means,
                    std::vector<std::size_t> sizes)
      : whitening_(std::move(whitening)),
        rows_(rows),
        means_(std::move(means)),
        sizes_(std::move(sizes)) {}

  ClassWhitening whitening_;
  std::size_t rows_;
  std::vector<double> means_;  // the classes', as they are in the table
  std::vector<std::size_t> sizes_;
};

}  // namespace verger

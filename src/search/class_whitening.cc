// SPDX-License-Identifier: Apache-2.0
#include "search/class_whitening.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "pca/aligned_buffer.h"
#include "pca/eigen.h"
#include "pca/npy.h"
#include "search/nearest.h"
#include "verger/moments.h"

namespace verger {

namespace {

// Directions of less variance, relative to the most, are rounding.
constexpr double kLeastVariance = 1e-9;
constexpr double kLargest = 1e6;  // more than any number of a map

// The rows that a map is fitted on, and the number of the class of each.
struct ClassedRows {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> classes;
  std::vector<std::size_t> sizes;  // by class
  std::vector<std::string> labels;
};

ClassedRows classed_rows(const SearchTable& table) {
  const auto all = spread_rows(table.size(), ClassWhitening::kFittedRows);
  std::map<std::string_view, std::size_t> counts;
  for (const std::size_t row : all) ++counts[table.label[row]];
  ClassedRows classed;
  std::map<std::string_view, std::size_t> numbers;
  for (const auto& [label, count] : counts) {
    if (count < kFewestOfLabel) continue;
    numbers.emplace(label, numbers.size());
    classed.sizes.push_back(count);
    classed.labels.emplace_back(label);
  }
  for (const std::size_t row : all) {
    const auto number = numbers.find(table.label[row]);
    if (number == numbers.end()) continue;
    classed.rows.push_back(row);
    classed.classes.push_back(number->second);
  }
  return classed;
}

// What varies, all in all and within classes.
struct Scatter {
  std::vector<double> total;   // by component
  std::vector<double> within;  // components × components
};

class ScatterOfClasses {
 public:
  ScatterOfClasses(const ClassedRows& classed, std::size_t width, const ReadRow& read)
      : classed_(classed),
        width_(width),
        read_(read),
        means_(classed.sizes.size() * width),
        total_(width),
        row_(width) {}

  std::vector<double> take_means() && { return std::move(means_); }

  Result<Scatter> measure(const CancelToken& cancel) {
    VERGER_RETURN_IF_ERROR(each_row(cancel, [&](double* mean) -> Status {
      for (std::size_t i = 0; i < width_; ++i) mean[i] += static_cast<double>(row_[i]);
      return {};
    }));
    centre();
    Moments within(static_cast<int>(width_));
    VERGER_RETURN_IF_ERROR(each_row(cancel, [&](const double* mean) {
      for (std::size_t i = 0; i < width_; ++i) {
        const double value = static_cast<double>(row_[i]);
        total_[i] += (value - centre_[i]) * (value - centre_[i]);
        row_[i] = static_cast<float>(value - mean[i]);
      }
      return within.add(row_);
    }));
    return Scatter{std::move(total_), within.centred_second_moment()};
  }

 private:
  // Calls `work` for each row, in row_, with the mean of its class.
  Status each_row(const CancelToken& cancel, const std::function<Status(double*)>& work) {
    for (std::size_t i = 0; i < classed_.rows.size(); ++i) {
      if (cancel.cancelled()) return Status::cancelled("Interrupted.");
      VERGER_RETURN_IF_ERROR(read_(classed_.rows[i], row_));
      VERGER_RETURN_IF_ERROR(work(means_.data() + classed_.classes[i] * width_));
    }
    return {};
  }

  // Makes means of the sums.
  void centre() {
    centre_.assign(width_, 0);
    for (std::size_t number = 0; number < classed_.sizes.size(); ++number) {
      for (std::size_t i = 0; i < width_; ++i) {
        double& mean = means_[number * width_ + i];
        centre_[i] += mean / static_cast<double>(classed_.rows.size());
        mean /= static_cast<double>(classed_.sizes[number]);
      }
    }
  }

  const ClassedRows& classed_;
  const std::size_t width_;
  const ReadRow& read_;
  std::vector<double> means_;  // sums, then means, by class
  std::vector<double> centre_;
  std::vector<double> total_;
  std::vector<float> row_;
};

// `freedom`: rows less classes. The scale of the result does not matter.
AlignedBuffer shrunk(const Scatter& scatter, double freedom) {
  const std::size_t width = scatter.total.size();
  double total = 0;
  double within = 0;
  for (std::size_t i = 0; i < width; ++i) {
    total += scatter.total[i];
    within += scatter.within[i * width + i];
  }
  const auto prior = static_cast<double>(width);
  const double share = prior / (prior + freedom);
  AlignedBuffer matrix(width * width);
  for (std::size_t i = 0; i < width * width; ++i) {
    matrix.data()[i] = (1 - share) * scatter.within[i];
  }
  for (std::size_t i = 0; i < width; ++i) {
    if (total > 0) matrix.data()[i * width + i] += share * scatter.total[i] * within / total;
  }
  return matrix;
}

// A row each of what a vector is multiplied with: the directions of the matrix, each divided by its
// deviation. Nothing where nothing varies.
Result<LazyVector<float>> whitening_rows(AlignedBuffer matrix, std::size_t width) {
  VERGER_ASSIGN_OR_RETURN(const Eigensystem eigen, symmetric_eigensystem(std::move(matrix), width));
  const double most = eigen.values.front();
  if (most <= 0) return LazyVector<float>();
  LazyVector<float> rows(width * width);
  for (std::size_t i = 0; i < width; ++i) {
    const double scale = 1 / std::sqrt(std::max(eigen.values[i] / most, kLeastVariance));
    const double* axis = eigen.vector(i);
    for (std::size_t j = 0; j < width; ++j) {
      rows[i * width + j] = static_cast<float>(scale * axis[j]);
    }
  }
  return rows;
}

}  // namespace

Result<std::optional<ClassWhiteningFit>> ClassWhiteningFit::make(const SearchTable& table,
                                                                 const ReadRow& read,
                                                                 const CancelToken& cancel) {
  using Fit = std::optional<ClassWhiteningFit>;
  const std::size_t width = table.width;
  ClassedRows classed = classed_rows(table);
  const std::size_t classes = classed.sizes.size();
  if (classes < 2 || width > ClassWhitening::kMostComponents) return Fit();
  ScatterOfClasses scatter(classed, width, read);
  VERGER_ASSIGN_OR_RETURN(const Scatter measured, scatter.measure(cancel));
  const auto freedom = static_cast<double>(classed.rows.size() - classes);
  VERGER_ASSIGN_OR_RETURN(auto rows, whitening_rows(shrunk(measured, freedom), width));
  if (rows.empty()) return Fit();
  rows.resize((width + classes) * width);
  ClassWhitening whitening(width, std::move(classed.labels), std::move(rows));
  std::vector<double> means = std::move(scatter).take_means();
  std::vector<float> units(means.begin(), means.end());
  whitening.map(units, std::span(whitening.rows_).subspan(width * width));
  return Fit(ClassWhiteningFit(std::move(whitening), table.size(), std::move(means),
                               std::move(classed.sizes)));
}

std::vector<float> ClassWhiteningFit::mean_without(std::size_t number,
                                                   std::span<const float> unit) const {
  // Its length does not matter, so neither does the division by the number of the others.
  const auto size = static_cast<double>(sizes_[number]);
  std::vector<float> mean(unit.size());
  for (std::size_t i = 0; i < unit.size(); ++i) {
    mean[i] =
        static_cast<float>(size * means_[number * unit.size() + i] - static_cast<double>(unit[i]));
  }
  std::vector<float> mapped(mean.size());
  whitening_.map(mean, mapped);
  return mapped;
}

std::optional<std::size_t> ClassWhitening::class_of(const std::string& label) const {
  const auto entry = std::ranges::lower_bound(labels_, label);
  if (entry == labels_.end() || *entry != label) return std::nullopt;
  return static_cast<std::size_t>(entry - labels_.begin());
}

void ClassWhitening::map(std::span<const float> units, std::span<float> mapped) const {
  assert(units.size() == mapped.size() && units.size() % width_ == 0);
  const std::size_t count = units.size() / width_;
  for (std::size_t begin = 0; begin < count; begin += kCosinesAtOnce) {
    std::array<float, kCosinesAtOnce> products;
    const std::size_t rows = std::min(kCosinesAtOnce, count - begin);
    const auto of_rows = units.subspan(begin * width_, rows * width_);
    for (std::size_t i = 0; i < width_; ++i) {
      const std::span<const float> axis(rows_.data() + i * width_, width_);
      cosines_of_units(axis, of_rows, std::span(products).first(rows));
      for (std::size_t row = 0; row < rows; ++row) {
        mapped[(begin + row) * width_ + i] = products[row];
      }
    }
  }
  for (std::size_t row = 0; row < count; ++row) {
    scale_to_unit(mapped.subspan(row * width_, width_));
  }
}

std::vector<uint8_t> ClassWhitening::encode() const {
  const std::vector<double> values(rows_.begin(), rows_.end());
  const std::size_t shape[] = {width_ + labels_.size(), width_};
  return encode_npy(values, shape);
}

std::optional<ClassWhitening> ClassWhitening::decode(std::span<const uint8_t> bytes,
                                                     std::size_t width,
                                                     std::vector<std::string> labels) {
  if (width == 0 || width > kMostComponents || !std::ranges::is_sorted(labels)) return std::nullopt;
  const std::size_t shape[] = {width + labels.size(), width};
  const auto values = npy_values(bytes, shape);
  if (!values) return std::nullopt;
  LazyVector<float> rows(values->size() / sizeof(double));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double value = 0;
    std::memcpy(&value, values->data() + i * sizeof value, sizeof value);
    if (!(std::abs(value) <= kLargest)) return std::nullopt;  // nor is a NaN
    rows[i] = static_cast<float>(value);
  }
  return ClassWhitening(width, std::move(labels), std::move(rows));
}

}  // namespace verger

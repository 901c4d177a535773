// SPDX-License-Identifier: Apache-2.0
#include "verger/moments.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <string>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "pca/product.h"

namespace verger {

namespace {

std::size_t upper_size(std::size_t width) { return width * (width + 1) / 2; }

bool all_finite(std::span<const float> values) {
  // Without their sign, the bits of floats order as the magnitudes do; a loop over integers is
  // one that compilers vectorise.
  int32_t largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::bit_cast<int32_t>(value) & 0x7fffffff);
  }
  return largest < 0x7f800000;  // infinity
}

Status check_rows(std::span<const float> rows, std::size_t width) {
  if (rows.size() % width != 0) {
    return Status::invalid_argument(format_count(rows.size(), "value") + " are not whole rows of " +
                                    format_count(width, "feature") + ".");
  }
  if (all_finite(rows)) return {};
  const auto bad =
      std::find_if_not(rows.begin(), rows.end(), [](float x) { return std::isfinite(x); });
  const auto at = static_cast<std::size_t>(bad - rows.begin());
  return Status::invalid_argument("Feature " + format_count(at % width) + " of row " +
                                  format_count(at / width) +
                                  " is not a finite number; leave the row out.");
}

void mean_of_rows(std::span<const float> rows, std::span<double> mean) {
  const std::size_t width = mean.size();
  const std::size_t count = rows.size() / width;
  std::fill(mean.begin(), mean.end(), 0.0);
  for (std::size_t r = 0; r < count; ++r) {
    const float* row = rows.data() + r * width;
    for (std::size_t i = 0; i < width; ++i) mean[i] += static_cast<double>(row[i]);
  }
  for (double& value : mean) value /= static_cast<double>(count);
}

}  // namespace

struct Moments::Workspace {
  explicit Workspace(std::size_t width)
      : mean(width),
        centred((kBlockRows + 1) * width),
        left(product_tiles().front()->rows),
        right(product_tiles().front()->columns) {}

  std::vector<double> mean;
  std::vector<double> centred;
  Panels left;
  Panels right;
};

Moments::Moments(int width) : width_(width), mean_(static_cast<std::size_t>(width)) {
  assert(width >= 1 && width <= kMaxWidth);
}

Moments::~Moments() = default;
Moments::Moments(Moments&& other) noexcept = default;
Moments& Moments::operator=(Moments&& other) noexcept = default;

Moments::Moments(const Moments& other)
    : width_(other.width_),
      count_(other.count_),
      mean_(other.mean_),
      upper_(other.upper_),
      pending_(other.pending_) {}

Moments& Moments::operator=(const Moments& other) { return *this = Moments(other); }

Status Moments::add(std::span<const float> rows) {
  const auto width = static_cast<std::size_t>(width_);
  VERGER_RETURN_IF_ERROR(check_rows(rows, width));
  const std::size_t block = kBlockRows * width;
  while (!rows.empty()) {
    if (pending_.empty() && rows.size() >= block) {
      absorb(rows.first(block));
      rows = rows.subspan(block);
      continue;
    }
    pending_.reserve(block);
    const std::span<const float> taken = rows.first(std::min(block - pending_.size(), rows.size()));
    pending_.insert(pending_.end(), taken.begin(), taken.end());
    rows = rows.subspan(taken.size());
    if (pending_.size() == block) {
      absorb(pending_);
      pending_.clear();
    }
  }
  return {};
}

// Chan's update by a block b: M ← M + Σ (x − mean_b)(x − mean_b)ᵀ + δδᵀ · n·n_b / (n + n_b), where
// δ = mean_b − mean. The last term is taken as one more row of the block, scaled.
void Moments::absorb(std::span<const float> rows) {
  const auto width = static_cast<std::size_t>(width_);
  if (count_ == 0 && rows.size() == width) {  // a row by itself is its mean: no second moment
    mean_of_rows(rows, mean_);
    count_ = 1;
    return;
  }
  if (!workspace_) workspace_ = std::make_unique<Workspace>(width);
  Workspace& work = *workspace_;
  std::size_t depth = rows.size() / width;
  mean_of_rows(rows, work.mean);
  for (std::size_t r = 0; r < depth; ++r) {
    const float* row = rows.data() + r * width;
    double* centred = work.centred.data() + r * width;
    for (std::size_t i = 0; i < width; ++i) {
      centred[i] = static_cast<double>(row[i]) - work.mean[i];
    }
  }
  const auto before = static_cast<double>(count_);
  const auto added = static_cast<double>(depth);
  const double share = added / (before + added);
  const double scale = std::sqrt(before * share);
  double* shift = work.centred.data() + depth * width;
  for (std::size_t i = 0; i < width; ++i) {
    const double delta = work.mean[i] - mean_[i];
    shift[i] = delta * scale;
    mean_[i] += delta * share;
  }
  count_ += static_cast<int64_t>(depth);
  if (scale > 0) ++depth;
  make_upper();
  work.left.pack(work.centred.data(), width, depth, width);
  work.right.pack(work.centred.data(), width, depth, width);
  add_product(*product_tiles().front(), work.left, work.right,
              ProductTarget::upper(upper_.data(), width));
}

void Moments::make_upper() {
  if (upper_.empty()) upper_.resize(upper_size(static_cast<std::size_t>(width_)));
}

void Moments::close() {
  if (!pending_.empty()) absorb(pending_);
  pending_ = {};
  workspace_.reset();
}

Moments Moments::closed() const {
  Moments copy = *this;
  copy.close();
  return copy;
}

Status Moments::merge(const Moments& other) {
  if (other.width_ != width_) {
    return Status::invalid_argument("Moments of " + format_count(other.width_, "feature") +
                                    " cannot be merged with moments of " + format_count(width_) +
                                    ".");
  }
  if (!other.pending_.empty() || &other == this) return merge(other.closed());
  if (other.count_ == 1 && other.upper_.empty()) {
    Moments one = other;
    one.make_upper();
    return merge(one);
  }
  if (other.count_ > kMaxRows - count()) {
    return Status::invalid_argument("Moments of " + format_count(count()) + " and of " +
                                    format_count(other.count_, "row") +
                                    " cannot be merged: they are more than 2^53.");
  }
  close();
  if (other.count_ == 0) return {};
  if (count_ == 0) return *this = other, Status();
  make_upper();

  const auto width = static_cast<std::size_t>(width_);
  const double share =
      static_cast<double>(other.count_) / static_cast<double>(count_ + other.count_);
  const double weight = static_cast<double>(count_) * share;
  std::vector<double> delta(width);
  for (std::size_t i = 0; i < width; ++i) delta[i] = other.mean_[i] - mean_[i];
  double* to = upper_.data();
  const double* from = other.upper_.data();
  for (std::size_t i = 0; i < width; ++i) {
    const double scaled = delta[i] * weight;
    for (std::size_t j = i; j < width; ++j) *to++ += *from++ + scaled * delta[j];
    mean_[i] += delta[i] * share;
  }
  count_ += other.count_;
  return {};
}

int64_t Moments::count() const { return count_ + static_cast<int64_t>(pending_.size()) / width_; }

std::vector<double> Moments::mean() const { return pending_.empty() ? mean_ : closed().mean_; }

std::vector<double> Moments::centred_second_moment() const {
  if (!pending_.empty()) return closed().centred_second_moment();
  const auto width = static_cast<std::size_t>(width_);
  std::vector<double> full(width * width);
  if (upper_.empty()) return full;
  const double* from = upper_.data();
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = i; j < width; ++j, ++from)
      full[i * width + j] = full[j * width + i] = *from;
  }
  return full;
}

}  // namespace verger

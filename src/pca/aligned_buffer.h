// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace verger {

// Doubles that start on a cache line, zero at first. The alignment spares vector loads that
// straddle two lines, and keeps libraries whose summation depends on it to one order.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size)
      : data_(new (std::align_val_t{kAlignment}) double[size]()), size_(size) {}

  double* data() { return data_.get(); }
  const double* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kAlignment = 64;

  struct Delete {
    void operator()(double* data) const { ::operator delete[](data, std::align_val_t{kAlignment}); }
  };

  std::unique_ptr<double[], Delete> data_;
  std::size_t size_ = 0;
};

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

#include "base/large_pages.h"

namespace verger::fused {

// Floats that start on a cache line, zero at first; where they are many, in large pages, which
// spare the processor the walk from page to page.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size)
      : data_(new (alignment_of(size)) float[size], Delete{alignment_of(size)}), size_(size) {
    ask_for_large_pages(data_.get(), size * sizeof(float));
    std::fill_n(data_.get(), size, 0.0F);
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  static std::align_val_t alignment_of(std::size_t size) {
    constexpr std::size_t kCacheLine = 64;
    return std::align_val_t{size * sizeof(float) < kLargePage ? kCacheLine : kLargePage};
  }

  struct Delete {
    std::align_val_t alignment;
    void operator()(float* data) const { ::operator delete[](data, alignment); }
  };

  std::unique_ptr<float[], Delete> data_;
  std::size_t size_ = 0;
};

}  // namespace verger::fused

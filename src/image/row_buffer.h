// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace verger {

// Memory for rows, kept when it shrinks.
//
// Rows begin at odd multiples of 8. libjpeg-turbo writes a row that is aligned to its vectors past
// the caches, for readers to come much later; ours comes at once and would wait for the memory.
class RowBuffer {
 public:
  // Each row of at least `size` bytes.
  void resize(std::size_t rows, std::size_t size) {
    stride_ = (size + kAlignment - 1) / kAlignment * kAlignment;
    bytes_.resize(rows * stride_ + kAlignment);
    const auto place = reinterpret_cast<std::uintptr_t>(bytes_.data());
    first_ = bytes_.data() + (kAlignment + kAlignment / 2 - place % kAlignment) % kAlignment;
  }

  std::size_t stride() const { return stride_; }
  uint8_t* row(std::size_t i) { return first_ + i * stride_; }

 private:
  static constexpr std::size_t kAlignment = 16;

  std::vector<uint8_t> bytes_;
  std::size_t stride_ = 0;
  uint8_t* first_ = nullptr;
};

}  // namespace verger

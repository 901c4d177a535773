// SPDX-License-Identifier: Apache-2.0
// Memory for the pages of Parquet files whose headers may lie about their sizes.
#pragma once

#include <arrow/memory_pool.h>
#include <arrow/status.h>

#include <cstdint>

namespace verger {

// Arrow's default pool, but for single pieces of more than `most` bytes, which it refuses.
// Thread-safe.
class BoundedPool : public arrow::ProxyMemoryPool {
 public:
  explicit BoundedPool(int64_t most) : ProxyMemoryPool(arrow::default_memory_pool()), most_(most) {}

  using MemoryPool::Allocate;
  using MemoryPool::Reallocate;

  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override;
  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment,
                           uint8_t** piece) override;

 private:
  [[nodiscard]] arrow::Status check(int64_t size) const;

  const int64_t most_;
};

}  // namespace verger

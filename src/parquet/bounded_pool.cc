// SPDX-License-Identifier: Apache-2.0
#include "parquet/bounded_pool.h"

namespace verger {

arrow::Status BoundedPool::Allocate(int64_t size, int64_t alignment, uint8_t** out) {
  ARROW_RETURN_NOT_OK(check(size));
  return ProxyMemoryPool::Allocate(size, alignment, out);
}

arrow::Status BoundedPool::Reallocate(int64_t old_size, int64_t new_size, int64_t alignment,
                                      uint8_t** piece) {
  ARROW_RETURN_NOT_OK(check(new_size));
  return ProxyMemoryPool::Reallocate(old_size, new_size, alignment, piece);
}

arrow::Status BoundedPool::check(int64_t size) const {
  if (size <= most_) return arrow::Status::OK();
  return arrow::Status::OutOfMemory("a page of ", size, " bytes is larger than the ", most_,
                                    " that are taken");
}

}  // namespace verger

#include "parquet/bounded_pool.h"

namespace verger {

arrow::Status BoundedPool::Allocate(int64_t size, int64_t alignment, uint8_t** out) {
  ARROW_RETURN_NOT_OK(check(size));
  return arrow::default_memory_pool()->Allocate(size, alignment, out);
}

arrow::Status BoundedPool::Reallocate(int64_t old_size, int64_t new_size, int64_t alignment,
                                      uint8_t** piece) {
  ARROW_RETURN_NOT_OK(check(new_size));
  return arrow::default_memory_pool()->Reallocate(old_size, new_size, alignment, piece);
}

void BoundedPool::Free(uint8_t* piece, int64_t size, int64_t alignment) {
  arrow::default_memory_pool()->Free(piece, size, alignment);
}

int64_t BoundedPool::bytes_allocated() const {
  return arrow::default_memory_pool()->bytes_allocated();
}

int64_t BoundedPool::total_bytes_allocated() const {
  return arrow::default_memory_pool()->total_bytes_allocated();
}

int64_t BoundedPool::num_allocations() const {
  return arrow::default_memory_pool()->num_allocations();
}

std::string BoundedPool::backend_name() const {
  return arrow::default_memory_pool()->backend_name();
}

arrow::Status BoundedPool::check(int64_t size) const {
  if (size <= most_) return arrow::Status::OK();
  return arrow::Status::OutOfMemory("a page of ", size, " bytes is larger than the ", most_,
                                    " that are taken");
}

}  // namespace verger

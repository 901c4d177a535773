// SPDX-License-Identifier: Apache-2.0
// The Arrow C data and C stream interfaces: three structs that every Arrow library lays out alike.
// Source: the Arrow specification, "The Arrow C data interface" and "The Arrow C stream interface",
// which say that the structs are to be repeated like this in place of a dependency.
#pragma once

#include <cstdint>

extern "C" {

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema* out);
  int (*get_next)(ArrowArrayStream*, ArrowArray* out);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};

}  // extern "C"

namespace verger::python {

inline constexpr int64_t kArrowNullable = 2;  // ARROW_FLAG_NULLABLE

// One of the structs, owned: released once, when it goes away. Movable.
template <class T>
class ArrowOwner {
 public:
  ArrowOwner() = default;
  // Takes `from` over, as the interface has it: its release is cleared.
  explicit ArrowOwner(T* from) : value_(*from) { from->release = nullptr; }
  ArrowOwner(ArrowOwner&& other) noexcept : value_(other.value_) { other.value_.release = nullptr; }
  ArrowOwner& operator=(ArrowOwner&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = other.value_;
      other.value_.release = nullptr;
    }
    return *this;
  }
  ~ArrowOwner() { reset(); }

  T* get() { return &value_; }
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  bool released() const { return value_.release == nullptr; }

 private:
  void reset() {
    if (value_.release != nullptr) value_.release(&value_);
  }

  T value_{};
};

}  // namespace verger::python

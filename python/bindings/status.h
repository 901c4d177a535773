// SPDX-License-Identifier: Apache-2.0
// Verger's errors → Python's exceptions.
#pragma once

#include <nanobind/nanobind.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "verger/status.h"

namespace verger::python {

// Becomes verger.ModelError.
class ModelException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// ValueError for arguments, OSError for files, verger.ModelError for models. Needs the GIL.
[[noreturn]] void raise(const Status& status);

inline void raise_if_error(const Status& status) {
  if (!status.ok()) raise(status);
}

template <class T>
T value_or_raise(Result<T> result) {
  if (!result.ok()) raise(std::move(result).error());
  return std::move(result).value();
}

}  // namespace verger::python

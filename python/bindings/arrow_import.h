// SPDX-License-Identifier: Apache-2.0
// Columns of encoded images as other Arrow libraries hand them over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "bindings/arrow_abi.h"
#include "verger/status.h"

namespace verger::python {

// Where the images are in arrays of a schema: the array itself, or a column of a record batch.
class ImageColumn {
 public:
  // Binary, large binary or binary view, else kInvalidArgument. `column` names the column of a
  // struct (which a record batch is); an array by itself takes no heed of it.
  static Result<ImageColumn> find(const ArrowSchema& schema, const std::string& column);

  // The bytes of a row of `array`, which must be of the schema, of rows(array); nothing for a null.
  // Borrowed from the array.
  std::optional<std::span<const uint8_t>> at(const ArrowArray& array, std::size_t row) const;

 private:
  enum class Kind { kBinary, kLargeBinary, kBinaryView };
  ImageColumn(Kind kind, int64_t child) : kind_(kind), child_(child) {}

  Kind kind_;
  int64_t child_;  // −1: the array itself
};

// The number of rows of an array or record batch.
inline std::size_t rows(const ArrowArray& array) { return static_cast<std::size_t>(array.length); }

}  // namespace verger::python

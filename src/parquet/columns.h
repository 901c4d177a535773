// SPDX-License-Identifier: Apache-2.0
// The columns of verger's tables, and the arrays that fill them.
//
// One list of columns gives both the Parquet schema and Spark's description of it in the footer, so
// that the two cannot disagree.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace verger {

enum class ColumnType {
  kString,
  kBinary,
  kLong,    // 64-bit integer
  kFloats,  // list of float
  kVector,  // Spark ML's VectorUDT
};

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::kString;
  std::size_t attributes = 0;  // how many Spark ML's transformers record; 0: none are recorded
};

// Nullable and not as in Spark's own files.
std::shared_ptr<arrow::Schema> arrow_schema(std::span<const Column> columns);

// The JSON of Spark's StructType, for org.apache.spark.sql.parquet.row.metadata.
std::string spark_schema(std::span<const Column> columns);

using ArrayResult = arrow::Result<std::shared_ptr<arrow::Array>>;

// The strings are made valid UTF-8: names from outside may be none.
ArrayResult string_array(std::span<const std::string> values);
ArrayResult binary_array(std::span<const std::string> values);
// Borrows `values`, which must outlive the array.
ArrayResult long_array(std::span<const int64_t> values);

// Lists of `width` each; borrows `values`, which must outlive the array.
ArrayResult floats_array(std::span<const float> values, std::size_t width);

// Dense vectors of `width` each; borrows `values`, which must outlive the array.
ArrayResult vector_array(std::span<const double> values, std::size_t width);

}  // namespace verger

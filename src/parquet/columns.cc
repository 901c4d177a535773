// SPDX-License-Identifier: Apache-2.0
#include "parquet/columns.h"

#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "base/utf8.h"

namespace verger {

namespace {

using Json = nlohmann::ordered_json;  // Spark's order of keys

constexpr bool kNullable = true;
constexpr int8_t kDense = 1;  // VectorUDT's `type`; 0 is sparse

std::shared_ptr<arrow::DataType> list_of(std::shared_ptr<arrow::DataType> element, bool nullable) {
  return arrow::list(arrow::field("element", std::move(element), nullable));
}

std::shared_ptr<arrow::DataType> vector_type() {
  return arrow::struct_({
      arrow::field("type", arrow::int8(), !kNullable),
      arrow::field("size", arrow::int32()),
      arrow::field("indices", list_of(arrow::int32(), !kNullable)),
      arrow::field("values", list_of(arrow::float64(), !kNullable)),
  });
}

std::shared_ptr<arrow::DataType> arrow_type(ColumnType type) {
  switch (type) {
    case ColumnType::kString:
      return arrow::utf8();
    case ColumnType::kBinary:
      return arrow::binary();
    case ColumnType::kLong:
      return arrow::int64();
    case ColumnType::kFloats:
      return list_of(arrow::float32(), kNullable);
    case ColumnType::kVector:
      return vector_type();
  }
  return nullptr;
}

Json spark_field(std::string_view name, Json type, bool nullable, Json metadata = Json::object()) {
  return {{"name", name},
          {"type", std::move(type)},
          {"nullable", nullable},
          {"metadata", std::move(metadata)}};
}

Json spark_array(const char* element, bool nullable) {
  return {{"type", "array"}, {"elementType", element}, {"containsNull", nullable}};
}

Json spark_vector() {
  const Json fields = {
      spark_field("type", "byte", !kNullable),
      spark_field("size", "integer", kNullable),
      spark_field("indices", spark_array("integer", !kNullable), kNullable),
      spark_field("values", spark_array("double", !kNullable), kNullable),
  };
  return {{"type", "udt"},
          {"class", "org.apache.spark.ml.linalg.VectorUDT"},
          {"pyClass", "pyspark.ml.linalg.VectorUDT"},
          {"sqlType", {{"type", "struct"}, {"fields", fields}}}};
}

Json spark_type(ColumnType type) {
  switch (type) {
    case ColumnType::kString:
      return "string";
    case ColumnType::kBinary:
      return "binary";
    case ColumnType::kLong:
      return "long";
    case ColumnType::kFloats:
      return spark_array("float", kNullable);
    case ColumnType::kVector:
      return spark_vector();
  }
  return nullptr;
}

// A list array of rows of equal width around `values`.
ArrayResult list_array(std::shared_ptr<arrow::DataType> type, std::shared_ptr<arrow::Array> values,
                       std::size_t width) {
  const int64_t rows = width == 0 ? 0 : values->length() / static_cast<int64_t>(width);
  std::vector<int32_t> offsets;
  offsets.reserve(static_cast<std::size_t>(rows) + 1);
  for (int64_t row = 0; row <= rows; ++row) {
    offsets.push_back(static_cast<int32_t>(row * static_cast<int64_t>(width)));
  }
  return std::make_shared<arrow::ListArray>(
      std::move(type), rows, arrow::Buffer::FromVector(std::move(offsets)), std::move(values));
}

template <class Builder, class Show>
ArrayResult array_of(std::span<const std::string> values, const Show& show) {
  Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(values.size())));
  for (const std::string& value : values) ARROW_RETURN_NOT_OK(builder.Append(show(value)));
  return builder.Finish();
}

}  // namespace

std::shared_ptr<arrow::Schema> arrow_schema(std::span<const Column> columns) {
  arrow::FieldVector fields;
  for (const Column& column : columns) {
    fields.push_back(arrow::field(std::string(column.name), arrow_type(column.type)));
  }
  return arrow::schema(std::move(fields));
}

std::string spark_schema(std::span<const Column> columns) {
  Json fields = Json::array();
  for (const Column& column : columns) {
    Json metadata = Json::object();
    if (column.attributes > 0) metadata["ml_attr"]["num_attrs"] = column.attributes;
    fields.push_back(spark_field(column.name, spark_type(column.type), kNullable, metadata));
  }
  return Json{{"type", "struct"}, {"fields", std::move(fields)}}.dump();
}

ArrayResult string_array(std::span<const std::string> values) {
  return array_of<arrow::StringBuilder>(values, valid_utf8);
}

ArrayResult binary_array(std::span<const std::string> values) {
  return array_of<arrow::BinaryBuilder>(values, std::identity());
}

ArrayResult long_array(std::span<const int64_t> values) {
  return std::make_shared<arrow::Int64Array>(static_cast<int64_t>(values.size()),
                                             arrow::Buffer::Wrap(values.data(), values.size()));
}

ArrayResult floats_array(std::span<const float> values, std::size_t width) {
  auto array = std::make_shared<arrow::FloatArray>(
      static_cast<int64_t>(values.size()), arrow::Buffer::Wrap(values.data(), values.size()));
  return list_array(arrow_type(ColumnType::kFloats), std::move(array), width);
}

ArrayResult vector_array(std::span<const double> values, std::size_t width) {
  const auto type = vector_type();
  auto doubles = std::make_shared<arrow::DoubleArray>(
      static_cast<int64_t>(values.size()), arrow::Buffer::Wrap(values.data(), values.size()));
  ARROW_ASSIGN_OR_RAISE(auto lists, list_array(type->field(3)->type(), std::move(doubles), width));
  const int64_t rows = lists->length();
  ARROW_ASSIGN_OR_RAISE(auto types, arrow::MakeArrayFromScalar(arrow::Int8Scalar(kDense), rows));
  ARROW_ASSIGN_OR_RAISE(auto sizes, arrow::MakeArrayOfNull(type->field(1)->type(), rows));
  ARROW_ASSIGN_OR_RAISE(auto indices, arrow::MakeArrayOfNull(type->field(2)->type(), rows));
  return std::make_shared<arrow::StructArray>(
      type, rows,
      arrow::ArrayVector{std::move(types), std::move(sizes), std::move(indices), std::move(lists)});
}

}  // namespace verger

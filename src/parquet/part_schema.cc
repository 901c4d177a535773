// SPDX-License-Identifier: Apache-2.0
#include <arrow/type.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <memory>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "parquet/leaf.h"
#include "parquet/part_file.h"
#include "parquet/tables.h"

namespace verger {

namespace {

// The physical form of Spark ML's VectorUDT.
bool is_vector(const arrow::DataType& type) {
  if (type.num_fields() != 4) return false;
  return type.field(0)->name() == "type" && type.field(1)->name() == "size" &&
         type.field(2)->name() == "indices" && type.field(3)->name() == "values";
}

std::string type_text(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::STRING:
      return "string";
    case arrow::Type::INT32:
      return "int";
    case arrow::Type::INT64:
      return "long";
    case arrow::Type::LIST:
      return "list<" + type_text(*type.field(0)->type()) + ">";
    case arrow::Type::STRUCT:
      return is_vector(type) ? "vector" : type.ToString();
    default:
      return type.ToString();
  }
}

bool is_valid(parquet::RowGroupReader& group, int column) {
  for (Leaf<parquet::ByteArrayType> text(group, column); text.valid(); text.advance()) {
    if (!text.is_null() && !is_valid_utf8(std::string_view(text.value()))) return false;
  }
  return true;
}

// Readers refuse a whole table for one such text.
std::string column_of_bad_text(parquet::ParquetFileReader& file) {
  const parquet::SchemaDescriptor& schema = *file.metadata()->schema();
  for (int column = 0; column < schema.num_columns(); ++column) {
    const parquet::ColumnDescriptor& text = *schema.Column(column);
    const bool plain = text.physical_type() == parquet::Type::BYTE_ARRAY;
    if (!plain || !text.logical_type()->is_string()) continue;
    for (int group = 0; group < file.metadata()->num_row_groups(); ++group) {
      if (!is_valid(*file.RowGroup(group), column)) return text.path()->ToDotString();
    }
  }
  return "";
}

}  // namespace

Result<PartSchema> read_part_schema(const Store& store, const std::string& name) {
  const std::string place = store.shown(name);
  return read_part_file(store, name, [&](parquet::ParquetFileReader& file) -> Result<PartSchema> {
    const auto metadata = file.metadata();
    std::shared_ptr<arrow::Schema> schema;
    const arrow::Status status = parquet::arrow::FromParquetSchema(
        metadata->schema(), parquet::default_arrow_reader_properties(), &schema);
    if (!status.ok()) return part_error(place, status.message());
    PartSchema result;
    for (const auto& field : schema->fields()) {
      result.columns.emplace_back(field->name(), type_text(*field->type()));
    }
    result.rows = metadata->num_rows();
    result.bad_text = column_of_bad_text(file);
    return result;
  });
}

}  // namespace verger

#include <arrow/type.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <memory>
#include <utility>

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

}  // namespace

Result<PartSchema> read_part_schema(std::span<const uint8_t> bytes, const std::string& place) {
  return read_part_bytes(bytes, place, [&](parquet::ParquetFileReader& file) -> Result<PartSchema> {
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
    return result;
  });
}

}  // namespace verger

#include "parquet/inputs_part.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <algorithm>
#include <cassert>
#include <exception>
#include <memory>
#include <span>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "parquet/leaf.h"
#include "parquet/part_file.h"
#include "parquet/part_writer.h"
#include "parquet/row_group.h"

namespace verger {

namespace {

ArrayResult stamp_array(std::span<const int64_t> stamps) {
  return std::make_shared<arrow::Int64Array>(static_cast<int64_t>(stamps.size()),
                                             arrow::Buffer::Wrap(stamps.data(), stamps.size()));
}

bool is_column(const parquet::SchemaDescriptor& schema, int column, const char* name,
               parquet::Type::type type) {
  const parquet::ColumnDescriptor& leaf = *schema.Column(column);
  return leaf.name() == name && leaf.physical_type() == type && leaf.max_repetition_level() == 0;
}

Result<InputRows> read_rows(parquet::ParquetFileReader& file, const std::string& place) {
  const parquet::SchemaDescriptor& schema = *file.metadata()->schema();
  if (schema.num_columns() != 2 || !is_column(schema, 0, "path", parquet::Type::BYTE_ARRAY) ||
      !is_column(schema, 1, "stamp", parquet::Type::INT64)) {
    return part_error(place, "it does not list the inputs of a shard");
  }
  InputRows rows;
  for (int number = 0; number < file.metadata()->num_row_groups(); ++number) {
    const auto group = file.RowGroup(number);
    Leaf<parquet::ByteArrayType> path(*group, 0, kRowGroupRows);
    Leaf<parquet::Int64Type> stamp(*group, 1, kRowGroupRows);
    for (; path.valid() && stamp.valid(); path.advance(), stamp.advance()) {
      if (path.is_null() || stamp.is_null()) return part_error(place, "it holds a null");
      rows.path.emplace_back(std::string_view(path.value()));
      rows.stamp.push_back(stamp.value());
    }
  }
  return rows;
}

}  // namespace

Result<PartInfo> write_inputs_part(Store& output, const std::string& name, const InputRows& rows) {
  assert(rows.stamp.size() == rows.size());
  const Column columns[] = {kPath, {"stamp", ColumnType::kLong}};
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  for (std::size_t begin = 0; begin < rows.size(); begin += kRowGroupRows) {
    const std::size_t count = std::min(kRowGroupRows, rows.size() - begin);
    VERGER_RETURN_IF_ERROR(part.write({string_array(std::span(rows.path).subspan(begin, count)),
                                       stamp_array(std::span(rows.stamp).subspan(begin, count))}));
  }
  return part.finish();
}

Result<InputRows> read_inputs_part(const Store& store, const PartInfo& part) {
  VERGER_ASSIGN_OR_RETURN(const auto bytes, store.read(part.name));
  const std::string place = store.display_path(part.name);
  if (static_cast<int64_t>(bytes.size()) != part.bytes || sha256_hex(bytes) != part.sha256) {
    return part_error(place, "it is not the file that the shard's manifest describes");
  }
  try {
    const auto file = open_part_bytes(bytes);
    return read_rows(*file, place);
  } catch (const std::exception& error) {  // of the Parquet library, at a damaged file
    return part_error(place, error.what());
  }
}

}  // namespace verger

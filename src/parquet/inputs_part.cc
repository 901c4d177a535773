// SPDX-License-Identifier: Apache-2.0
#include "parquet/inputs_part.h"

#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <algorithm>
#include <cassert>
#include <span>

#include "base/status_macros.h"
#include "parquet/described_part.h"
#include "parquet/leaf.h"
#include "parquet/part_file.h"
#include "parquet/part_writer.h"
#include "parquet/row_group.h"

namespace verger {

namespace {

Result<InputRows> read_input_rows(parquet::ParquetFileReader& file, const std::string& place) {
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
  const Column columns[] = {{"path", ColumnType::kBinary}, {"stamp", ColumnType::kLong}};
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  for (std::size_t begin = 0; begin < rows.size(); begin += kRowGroupRows) {
    const std::size_t count = std::min(kRowGroupRows, rows.size() - begin);
    VERGER_RETURN_IF_ERROR(part.write({binary_array(std::span(rows.path).subspan(begin, count)),
                                       long_array(std::span(rows.stamp).subspan(begin, count))}));
  }
  return part.finish();
}

Result<InputRows> read_inputs_part(const Store& store, const PartInfo& part) {
  return read_described_part(store, part, "the shard's manifest", read_input_rows);
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "parquet/plan_part.h"

#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <algorithm>
#include <array>
#include <span>
#include <variant>

#include "base/status_macros.h"
#include "parquet/described_part.h"
#include "parquet/leaf.h"
#include "parquet/part_file.h"
#include "parquet/part_writer.h"

namespace verger {

namespace {

using Texts = std::vector<std::string> PlanRows::*;
using Numbers = std::vector<int64_t> PlanRows::*;

struct PlanColumn {
  const char* name;
  std::variant<Texts, Numbers> rows;
};

constexpr std::size_t kLooseColumns = 3;
const std::array<PlanColumn, 7> kPlanColumns = {{{"file", &PlanRows::file},
                                                 {"size", &PlanRows::size},
                                                 {"modified_ns", &PlanRows::modified_ns},
                                                 {"path", &PlanRows::path},
                                                 {"label", &PlanRows::label},
                                                 {"position", &PlanRows::position},
                                                 {"length", &PlanRows::length}}};

bool is_text(const PlanColumn& column) { return std::holds_alternative<Texts>(column.rows); }

ArrayResult array_of(const PlanColumn& column, const PlanRows& rows, std::size_t begin,
                     std::size_t count) {
  if (const auto* texts = std::get_if<Texts>(&column.rows)) {
    return binary_array(std::span(rows.**texts).subspan(begin, count));
  }
  return long_array(std::span(rows.*std::get<Numbers>(column.rows)).subspan(begin, count));
}

template <class Type, class Values>
bool read_column(parquet::RowGroupReader& group, int column, Values& values) {
  Leaf<Type> leaf(group, column, kRowGroupRows);
  for (; leaf.valid(); leaf.advance()) {
    if (leaf.is_null()) return false;
    if constexpr (std::is_same_v<Type, parquet::ByteArrayType>) {
      values.emplace_back(std::string_view(leaf.value()));
    } else {
      values.push_back(leaf.value());
    }
  }
  return true;
}

Result<PlanRows> read_plan_rows(parquet::ParquetFileReader& file, const std::string& place) {
  const parquet::SchemaDescriptor& schema = *file.metadata()->schema();
  const auto columns = static_cast<std::size_t>(schema.num_columns());
  bool fits = columns == kLooseColumns || columns == kPlanColumns.size();
  for (std::size_t i = 0; fits && i < columns; ++i) {
    const auto type = is_text(kPlanColumns[i]) ? parquet::Type::BYTE_ARRAY : parquet::Type::INT64;
    fits = is_column(schema, static_cast<int>(i), kPlanColumns[i].name, type);
  }
  if (!fits) return part_error(place, "it is no plan of a shard");
  PlanRows rows;
  for (int number = 0; number < file.metadata()->num_row_groups(); ++number) {
    const auto group = file.RowGroup(number);
    for (std::size_t i = 0; fits && i < columns; ++i) {
      const int at = static_cast<int>(i);
      const auto& column = kPlanColumns[i].rows;
      fits = is_text(kPlanColumns[i])
                 ? read_column<parquet::ByteArrayType>(*group, at, rows.*std::get<Texts>(column))
                 : read_column<parquet::Int64Type>(*group, at, rows.*std::get<Numbers>(column));
    }
  }
  for (std::size_t i = 0; fits && i < columns; ++i) {
    const auto& column = kPlanColumns[i].rows;
    const std::size_t size = is_text(kPlanColumns[i]) ? (rows.*std::get<Texts>(column)).size()
                                                      : (rows.*std::get<Numbers>(column)).size();
    fits = size == rows.count();
  }
  if (!fits) return part_error(place, "it holds a null, or columns of unequal length");
  return rows;
}

}  // namespace

Result<PartInfo> write_plan_part(Store& output, const std::string& name, const PlanRows& rows) {
  const auto used =
      std::span(kPlanColumns).first(rows.packed() ? kPlanColumns.size() : kLooseColumns);
  std::vector<Column> columns;
  for (const PlanColumn& column : used) {
    columns.push_back({column.name, is_text(column) ? ColumnType::kBinary : ColumnType::kLong});
  }
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  for (std::size_t begin = 0; begin < rows.count(); begin += kRowGroupRows) {
    const std::size_t count = std::min(kRowGroupRows, rows.count() - begin);
    std::vector<ArrayResult> arrays;
    for (const PlanColumn& column : used) arrays.push_back(array_of(column, rows, begin, count));
    VERGER_RETURN_IF_ERROR(part.write(arrays));
  }
  return part.finish();
}

Result<PlanRows> read_plan_part(const Store& store, const PartInfo& part) {
  return read_described_part(store, part, "the order", read_plan_rows);
}

}  // namespace verger

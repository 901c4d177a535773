// SPDX-License-Identifier: Apache-2.0
#include "parquet/tables.h"

#include <arrow/builder.h>

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "base/zero_filled.h"
#include "parquet/columns.h"
#include "parquet/part_writer.h"
#include "parquet/row_group.h"

namespace verger {

namespace {

ArrayResult length_array(std::span<const RejectedRow> rows) {
  arrow::Int64Builder lengths;
  for (const RejectedRow& row : rows) ARROW_RETURN_NOT_OK(lengths.Append(row.length));
  return lengths.Finish();
}

}  // namespace

std::string part_file_name(std::size_t number, const std::string& uuid, int attempt) {
  return "part-" + zero_filled(number, 5) + '-' + uuid + "-c" +
         zero_filled(static_cast<std::size_t>(attempt), 3) + ".snappy.parquet";
}

void FeatureRows::append(const FeatureRows& other, std::size_t row) {
  path.push_back(other.path[row]);
  label.push_back(other.label[row]);
  const auto begin = other.features.begin() + static_cast<std::ptrdiff_t>(row * other.width);
  features.insert(features.end(), begin, begin + static_cast<std::ptrdiff_t>(other.width));
}

void FeatureRows::clear() {
  path.clear();
  label.clear();
  features.clear();
}

Result<PartInfo> write_rejected_part(Store& output, const std::string& name,
                                     std::span<const RejectedRow> rows) {
  const Column columns[] = {kPath, kLabel, {"reason"}, {"message"}, {"length", ColumnType::kLong}};
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  for (std::size_t begin = 0; begin < rows.size(); begin += kRowGroupRows) {
    const auto group = rows.subspan(begin, std::min(kRowGroupRows, rows.size() - begin));
    const auto strings = [&](auto text_of) {
      std::vector<std::string> texts;
      for (const RejectedRow& row : group) texts.emplace_back(text_of(row));
      return string_array(texts);
    };
    VERGER_RETURN_IF_ERROR(part.write(
        {strings([](const RejectedRow& row) { return row.path; }),
         strings([](const RejectedRow& row) { return row.label; }),
         strings([](const RejectedRow& row) { return reject_reason_name(row.reason); }),
         strings([](const RejectedRow& row) { return row.message; }), length_array(group)}));
  }
  return part.finish();
}

}  // namespace verger

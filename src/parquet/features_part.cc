// SPDX-License-Identifier: Apache-2.0
#include "parquet/features_part.h"

#include "base/status_macros.h"
#include "parquet/columns.h"

namespace verger {

Result<FeaturesPartWriter> FeaturesPartWriter::open(Store& output, const std::string& name) {
  const Column columns[] = {kPath, kLabel, {"features", ColumnType::kFloats}};
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  return FeaturesPartWriter(std::move(part));
}

Status FeaturesPartWriter::write(const RowGroup& group) {
  return part_.write({group.path_array(), group.label_array(), group.features_array()});
}

Status FeaturesPartWriter::add(const FeatureRows& rows) {
  return rows_.add(rows, [&](const RowGroup& group) { return write(group); });
}

Result<PartInfo> FeaturesPartWriter::finish() {
  VERGER_RETURN_IF_ERROR(rows_.finish([&](const RowGroup& group) { return write(group); }));
  return part_.finish();
}

Result<PartInfo> write_features_part(Store& output, const std::string& name,
                                     const FeatureRows& rows) {
  VERGER_ASSIGN_OR_RETURN(auto part, FeaturesPartWriter::open(output, name));
  VERGER_RETURN_IF_ERROR(part.add(rows));
  return part.finish();
}

}  // namespace verger

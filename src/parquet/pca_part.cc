// SPDX-License-Identifier: Apache-2.0
#include "parquet/pca_part.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "parquet/row_group.h"

namespace verger {

namespace {

std::vector<Column> columns_of(Layout layout, const PcaModel& model) {
  if (layout == Layout::kTables) return {kPath, kLabel, {"pca", ColumnType::kFloats}};
  return {kPath,
          kLabel,
          {"features", ColumnType::kFloats},
          {"features_vectors", ColumnType::kVector},
          {"features_scaled", ColumnType::kVector, static_cast<std::size_t>(model.width)},
          {"features_pca", ColumnType::kVector, static_cast<std::size_t>(model.k)}};
}

std::vector<double> projected(const PcaModel& model, const RowGroup& rows) {
  std::vector<double> result(rows.path.size() * static_cast<std::size_t>(model.k));
  project(model, rows.features, result);
  return result;
}

Status check_finite(std::span<const double> values) {
  if (std::ranges::all_of(values, [](double x) { return std::isfinite(static_cast<float>(x)); })) {
    return {};
  }
  return Status::model(
      "The features do not fit the model: a projection of them is no finite float; fit a model on "
      "these features, or use another network.");
}

Status write_tables_group(PartWriter& part, const PcaModel& model, const RowGroup& group) {
  const std::vector<double> exact = projected(model, group);
  VERGER_RETURN_IF_ERROR(check_finite(exact));
  std::vector<float> rounded(exact.size());
  std::ranges::transform(exact, rounded.begin(), [](double x) { return static_cast<float>(x); });
  return part.write({group.path_array(), group.label_array(),
                     floats_array(rounded, static_cast<std::size_t>(model.k))});
}

Status write_notebook_group(PartWriter& part, const PcaModel& model, const RowGroup& group) {
  const std::vector<double> vectors(group.features.begin(), group.features.end());
  std::vector<double> scaled(vectors.size());
  standardise(model, group.features, scaled);
  const std::vector<double> pca = projected(model, group);
  VERGER_RETURN_IF_ERROR(check_finite(scaled));
  VERGER_RETURN_IF_ERROR(check_finite(pca));
  return part.write({group.path_array(), group.label_array(), group.features_array(),
                     vector_array(vectors, group.width), vector_array(scaled, group.width),
                     vector_array(pca, static_cast<std::size_t>(model.k))});
}

}  // namespace

Result<PcaPartWriter> PcaPartWriter::open(Store& output, const std::string& name, Layout layout,
                                          const PcaModel& model) {
  VERGER_ASSIGN_OR_RETURN(PartWriter part,
                          PartWriter::open(output, name, columns_of(layout, model)));
  return PcaPartWriter(std::move(part), layout, model);
}

Status PcaPartWriter::write(const RowGroup& group) {
  const auto write_group = layout_ == Layout::kNotebook ? write_notebook_group : write_tables_group;
  return write_group(part_, *model_, group);
}

Status PcaPartWriter::add(const FeatureRows& rows) {
  assert(rows.width == static_cast<std::size_t>(model_->width));
  return rows_.add(rows, [&](const RowGroup& group) { return write(group); });
}

Result<PartInfo> PcaPartWriter::finish() {
  VERGER_RETURN_IF_ERROR(rows_.finish([&](const RowGroup& group) { return write(group); }));
  return part_.finish();
}

Result<PartInfo> write_pca_part(Store& output, const std::string& name, Layout layout,
                                const FeatureRows& rows, const PcaModel& model) {
  VERGER_ASSIGN_OR_RETURN(auto part, PcaPartWriter::open(output, name, layout, model));
  VERGER_RETURN_IF_ERROR(part.add(rows));
  return part.finish();
}

}  // namespace verger

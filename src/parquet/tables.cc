#include "parquet/tables.h"

#include <arrow/builder.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/status_macros.h"
#include "parquet/columns.h"
#include "parquet/part_writer.h"

namespace verger {

namespace {

constexpr Column kPath{"path"};
constexpr Column kLabel{"label"};

// Some rows of a FeatureRows: one row group.
struct Rows {
  std::span<const std::string> path;
  std::span<const std::string> label;
  std::span<const float> features;
  std::size_t width;

  ArrayResult path_array() const { return string_array(path); }
  ArrayResult label_array() const { return string_array(label); }
  ArrayResult features_array() const { return floats_array(features, width); }
};

// Calls `write(Rows)`, which returns a Status, for each row group of `rows`.
template <class Write>
Status for_each_row_group(const FeatureRows& rows, const Write& write) {
  assert(rows.label.size() == rows.size() && rows.features.size() == rows.size() * rows.width);
  for (std::size_t begin = 0; begin < rows.size(); begin += kRowGroupRows) {
    const std::size_t count = std::min(kRowGroupRows, rows.size() - begin);
    VERGER_RETURN_IF_ERROR(write(Rows{
        std::span(rows.path).subspan(begin, count), std::span(rows.label).subspan(begin, count),
        std::span(rows.features).subspan(begin * rows.width, count * rows.width), rows.width}));
  }
  return {};
}

std::vector<double> projected(const PcaModel& model, const Rows& rows) {
  std::vector<double> result(rows.path.size() * static_cast<std::size_t>(model.k));
  project(model, rows.features, result);
  return result;
}

ArrayResult long_array(std::span<const RejectedRow> rows) {
  arrow::Int64Builder lengths;
  for (const RejectedRow& row : rows) ARROW_RETURN_NOT_OK(lengths.Append(row.length));
  return lengths.Finish();
}

}  // namespace

std::string part_file_name(std::size_t number, const std::string& uuid) {
  std::string digits = std::to_string(number);
  digits.insert(0, digits.size() < 5 ? 5 - digits.size() : 0, '0');
  return "part-" + digits + '-' + uuid + "-c000.snappy.parquet";
}

Result<PartInfo> write_features_part(Store& output, const std::string& name,
                                     const FeatureRows& rows) {
  const Column columns[] = {kPath, kLabel, {"features", ColumnType::kFloats}};
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  VERGER_RETURN_IF_ERROR(for_each_row_group(rows, [&](const Rows& group) {
    return part.write({group.path_array(), group.label_array(), group.features_array()});
  }));
  return part.finish();
}

Result<PartInfo> write_pca_part(Store& output, const std::string& name, const FeatureRows& rows,
                                const PcaModel& model) {
  const Column columns[] = {kPath, kLabel, {"pca", ColumnType::kFloats}};
  const auto k = static_cast<std::size_t>(model.k);
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  VERGER_RETURN_IF_ERROR(for_each_row_group(rows, [&](const Rows& group) {
    const std::vector<double> exact = projected(model, group);
    std::vector<float> rounded(exact.size());
    std::ranges::transform(exact, rounded.begin(), [](double x) { return static_cast<float>(x); });
    return part.write({group.path_array(), group.label_array(), floats_array(rounded, k)});
  }));
  return part.finish();
}

Result<PartInfo> write_notebook_pca_part(Store& output, const std::string& name,
                                         const FeatureRows& rows, const PcaModel& model) {
  const auto k = static_cast<std::size_t>(model.k);
  const Column columns[] = {kPath,
                            kLabel,
                            {"features", ColumnType::kFloats},
                            {"features_vectors", ColumnType::kVector},
                            {"features_scaled", ColumnType::kVector, rows.width},
                            {"features_pca", ColumnType::kVector, k}};
  VERGER_ASSIGN_OR_RETURN(PartWriter part, PartWriter::open(output, name, columns));
  VERGER_RETURN_IF_ERROR(for_each_row_group(rows, [&](const Rows& group) {
    const std::vector<double> vectors(group.features.begin(), group.features.end());
    std::vector<double> scaled(vectors.size());
    standardise(model, group.features, scaled);
    const std::vector<double> pca = projected(model, group);
    return part.write({group.path_array(), group.label_array(), group.features_array(),
                       vector_array(vectors, group.width), vector_array(scaled, group.width),
                       vector_array(pca, k)});
  }));
  return part.finish();
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
         strings([](const RejectedRow& row) { return row.message; }), long_array(group)}));
  }
  return part.finish();
}

}  // namespace verger

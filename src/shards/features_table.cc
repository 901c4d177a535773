// SPDX-License-Identifier: Apache-2.0
#include "shards/features_table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/status_macros.h"
#include "parquet/pca_part.h"
#include "plan/selection.h"

namespace verger {

namespace {

// The Parquet files of a folder, in order; those of a table that is read by its own log are kIo.
Result<std::vector<std::string>> parts_in(const Store& store, const std::string& folder) {
  std::string_view log;
  const auto look = [&](const std::string& name) {
    if (log.empty()) log = logged_table_of(name);
    return false;
  };
  std::vector<std::string> parts;
  const Walk walk{.recursive = false, .missing_ok = true, .enter = look};
  VERGER_RETURN_IF_ERROR(store.visit(folder, walk, [&](const FileEntry& file) {
    if (file.name.ends_with(".parquet") && !is_hidden(last_part(file.name))) {
      parts.push_back(file.name);
    }
    return Status();
  }));
  if (!log.empty() && !parts.empty()) return refuse_logged_table(log, store.shown(folder));
  std::ranges::sort(parts);
  return parts;
}

}  // namespace

Result<FeaturesTable> find_features(const Store& store) {
  for (const std::string& folder :
       {table_folders(Layout::kTables).features, table_folders(Layout::kNotebook).features}) {
    FeaturesTable table{.store = store, .parts = {}};
    VERGER_ASSIGN_OR_RETURN(table.parts, parts_in(store, folder));
    if (!table.parts.empty()) return table;
  }
  return Status::io("No features table in " + store.shown("") +
                    ": expected Parquet files in it or in its folder features/; make one with "
                    "'verger extract'.");
}

Result<int> width_of(const FeaturesTable& features) {
  int width = 0;
  const Status enough = Status::cancelled("");  // ends the reading of a part
  for (const std::string& part : features.parts) {
    const Status read =
        visit_features_part(features.store, part, 0, [&](const FeatureRows& rows) -> Status {
          if (rows.size() == 0) return {};
          VERGER_RETURN_IF_ERROR(check_width(static_cast<int64_t>(rows.width)));
          width = static_cast<int>(rows.width);
          return enough;
        });
    if (width > 0) return width;
    VERGER_RETURN_IF_ERROR(read);
  }
  return Status::io("The features table " + features.store.shown(features.parts.front()) +
                    " and its other parts hold no rows, so there is nothing to reduce.");
}

Status check_whole(const RunRecord& extraction, const std::string& place) {
  // A reduction begins on whole features only.
  if (extraction.state != "running" || extraction.command == "reduce") return {};
  const bool update = extraction.command == "update";
  return Status::io("The input " + place + " holds an unfinished " + extraction.command +
                    ", perhaps not all of its features; finish it by 'verger " +
                    extraction.command + (update ? "' once more." : " --resume'."));
}

bool is_stage_of_reduction(std::string_view stage) {
  constexpr std::array<std::string_view, 4> kStages = {"moments", "merge", "fit", "project"};
  return std::ranges::find(kStages, stage) != kStages.end();
}

RunRecord joined(RunRecord extraction, const RunRecord& reduction) {
  extraction.command = reduction.command;
  extraction.state = reduction.state;
  extraction.started = reduction.started;
  extraction.output = reduction.output;
  extraction.options.pca = reduction.options.pca;
  extraction.options.threads = reduction.options.threads;
  extraction.reduction.reset();
  std::erase_if(extraction.seconds,
                [](const auto& stage) { return is_stage_of_reduction(stage.first); });
  return extraction;
}

Status check_width(int64_t width) {
  if (width <= Moments::kMaxWidth) return {};
  return Status::model(
      "Vectors of " + format_count(width) + " numbers are too wide: verger reduces at most " +
      format_count(Moments::kMaxWidth) + "; choose a model whose output is pooled.");
}

Status check_components(const PcaOptions& options, int64_t width, const std::string& features) {
  if (options.components <= width) return {};
  return Status::invalid_argument(
      option_name("components") + ' ' + format_count(options.components) +
      " exceeds the width of the features of " + features + ", which is " + format_count(width) +
      "; ask for at most that many.");
}

Result<Moments> moments_of_part(const Store& store, const std::string& name, int width) {
  Moments moments(width);
  VERGER_RETURN_IF_ERROR(
      visit_features_part(store, name, static_cast<std::size_t>(width),
                          [&](const FeatureRows& rows) { return moments.add(rows.features); }));
  return moments;
}

Result<PartInfo> project_part(const Store& features, const std::string& name,
                              const OutputFolder& output, const std::string& file, Layout layout,
                              const PcaModel& model) {
  VERGER_ASSIGN_OR_RETURN(
      auto part,
      PcaPartWriter::open(output.store(), below(output.folders().pca, file), layout, model));
  VERGER_RETURN_IF_ERROR(
      visit_features_part(features, name, static_cast<std::size_t>(model.width),
                          [&](const FeatureRows& rows) { return part.add(rows); }));
  return part.finish();
}

}  // namespace verger

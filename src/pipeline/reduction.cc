#include "pipeline/reduction.h"

#include <mutex>
#include <optional>
#include <utility>

#include "base/parallel.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "parquet/pca_part.h"

namespace verger {

namespace {

bool is_parquet(const FileEntry& file) { return file.name.ends_with(".parquet"); }

// Moments of one part's rows; none yet when the width is not known (0) and the part is empty.
Result<std::optional<Moments>> find_moments(const Store& store, const std::string& name,
                                            std::size_t width) {
  std::optional<Moments> moments;
  if (width > 0) moments.emplace(static_cast<int>(width));
  const auto add = [&](const FeatureRows& rows) -> Status {
    VERGER_RETURN_IF_ERROR(check_width(static_cast<int64_t>(rows.width)));
    if (!moments) moments.emplace(static_cast<int>(rows.width));
    return moments->add(rows.features);
  };
  VERGER_RETURN_IF_ERROR(visit_features_part(store, name, width, add));
  return moments;
}

Result<PartInfo> project_part(const FeaturesTable& features, const std::string& name,
                              OutputFolder& output, const std::string& file, Layout layout,
                              const PcaModel& model) {
  VERGER_ASSIGN_OR_RETURN(
      auto part,
      PcaPartWriter::open(output.store(), below(output.folders().pca, file), layout, model));
  VERGER_RETURN_IF_ERROR(
      visit_features_part(features.store, name, static_cast<std::size_t>(model.width),
                          [&](const FeatureRows& rows) { return part.add(rows); }));
  return part.finish();
}

}  // namespace

Result<FeaturesTable> find_features(const Store& store) {
  for (const std::string& folder :
       {table_folders(Layout::kTables).features, table_folders(Layout::kNotebook).features}) {
    VERGER_ASSIGN_OR_RETURN(const auto files, store.list(folder, false, true));
    FeaturesTable table{.store = store, .parts = {}};
    for (const auto& file : files) {
      if (is_parquet(file)) table.parts.push_back(file.name);
    }
    if (!table.parts.empty()) return table;
  }
  return Status::io("No features table in " + store.display_path("") +
                    ": expected Parquet files in it or in its folder features/; make one with "
                    "'verger extract'.");
}

Status check_whole(const RunRecord& extraction, const std::string& place) {
  // A reduction begins on whole features only.
  if (extraction.state != "running" || extraction.command == "reduce") return {};
  const bool update = extraction.command == "update";
  return Status::io("The input " + place + " holds an unfinished " + extraction.command +
                    ", perhaps not all of its features; finish it by 'verger " +
                    extraction.command + (update ? "' once more." : " --resume'."));
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
                [](const auto& stage) { return stage.first == "fit" || stage.first == "project"; });
  return extraction;
}

Status check_width(int64_t width) {
  if (width <= Moments::kMaxWidth) return {};
  return Status::model(
      "Vectors of " + std::to_string(width) + " numbers are too wide: verger reduces at most " +
      std::to_string(Moments::kMaxWidth) + "; choose a model whose output is pooled.");
}

Result<Moments> moments_of_part(const Store& store, const std::string& name, int width) {
  VERGER_ASSIGN_OR_RETURN(auto moments, find_moments(store, name, static_cast<std::size_t>(width)));
  return *std::move(moments);
}

Result<Moments> moments_of(const FeaturesTable& features, const Pass& pass) {
  pass.observer.stage_started("moments", static_cast<int64_t>(features.parts.size()));
  // The first part with rows sets the width of all.
  std::size_t first = 0;
  std::optional<Moments> found;
  for (; first < features.parts.size() && !found; ++first) {
    VERGER_ASSIGN_OR_RETURN(found, find_moments(features.store, features.parts[first], 0));
    pass.observer.advanced(1, 0);
  }
  if (!found) {
    return Status::io("The features table " + features.store.display_path(features.parts.front()) +
                      " and its other parts hold no rows, so there is nothing to reduce.");
  }
  const int width = found->width();
  MomentsTree tree(width, features.parts.size());
  for (std::size_t i = 0; i + 1 < first; ++i) VERGER_RETURN_IF_ERROR(tree.add(i, Moments(width)));
  VERGER_RETURN_IF_ERROR(tree.add(first - 1, *std::move(found)));
  const std::size_t rest = features.parts.size() - first;
  std::mutex mutex;  // of the tree
  VERGER_RETURN_IF_ERROR(
      parallel_for(rest, pass.threads, pass.cancel, [&](std::size_t i) -> Status {
        VERGER_ASSIGN_OR_RETURN(Moments moments,
                                moments_of_part(features.store, features.parts[first + i], width));
        pass.observer.advanced(1, 0);
        const std::lock_guard lock(mutex);
        return tree.add(first + i, std::move(moments));
      }));
  pass.observer.stage_finished();
  return tree.finish();
}

Result<std::vector<PartInfo>> project_parts(const FeaturesTable& features, OutputFolder& output,
                                            Layout layout, const PcaModel& model,
                                            const std::string& uuid, const Pass& pass,
                                            std::span<const std::size_t> numbers) {
  std::vector<PartInfo> parts(features.parts.size());
  pass.observer.stage_started("project", static_cast<int64_t>(parts.size()));
  VERGER_RETURN_IF_ERROR(
      parallel_for(parts.size(), pass.threads, pass.cancel, [&](std::size_t i) -> Status {
        const auto file = part_file_name(numbers.empty() ? i : numbers[i], uuid);
        VERGER_ASSIGN_OR_RETURN(
            parts[i], project_part(features, features.parts[i], output, file, layout, model));
        pass.observer.advanced(1, 0);
        return {};
      }));
  pass.observer.stage_finished();
  return parts;
}

Result<std::vector<PartInfo>> save_model(OutputFolder& output, const PcaModel& model,
                                         const PcaProvenance& provenance) {
  std::vector<PartInfo> files;
  for (const auto& file : encode_pca_model(model, provenance)) {
    const auto name = below(output.folders().model, file.name);
    VERGER_RETURN_IF_ERROR(output.store().write(name, file.bytes));
    files.push_back({.name = name,
                     .rows = 0,
                     .bytes = static_cast<int64_t>(file.bytes.size()),
                     .sha256 = sha256_hex(file.bytes)});
  }
  return files;
}

Result<DecodedPcaModel> load_model(const Store& store) {
  for (const std::string& folder : {std::string(), table_folders(Layout::kTables).model,
                                    table_folders(Layout::kNotebook).model}) {
    VERGER_ASSIGN_OR_RETURN(const bool found, store.exists(below(folder, "model.json")));
    if (!found) continue;
    VERGER_ASSIGN_OR_RETURN(const auto entries, store.list(folder, false, false));
    std::vector<EncodedFile> files;
    for (const auto& entry : entries) {
      if (!entry.name.ends_with(".npy") && !entry.name.ends_with(".json")) continue;
      VERGER_ASSIGN_OR_RETURN(auto bytes, store.read(entry.name));
      files.push_back({entry.name.substr(entry.name.rfind('/') + 1), std::move(bytes)});
    }
    auto model = decode_pca_model(files);
    if (model.ok()) return model;
    return Status::model("The model " + store.display_path(folder) +
                         " is unusable: " + model.error().message());
  }
  return Status::model("No model in " + store.display_path("") +
                       ": expected a folder with model.json, as 'verger run' or 'verger reduce' "
                       "leaves in OUTPUT/model.");
}

std::string model_sha256(const DecodedPcaModel& model) {
  Sha256 sha;
  for (const auto& file : encode_pca_model(model.model, model.provenance)) sha.update(file.bytes);
  return sha.finish();
}

Status check_same_network(const DecodedPcaModel& model, const ModelInfo& network) {
  const PcaProvenance& fitted = model.provenance;
  const auto mismatch = [](const std::string& what, const std::string& then,
                           const std::string& now) {
    return Status::model("The model was fitted on features of " + what + " " + then + ", not " +
                         now +
                         "; give the same --weights and --precision, or fit anew with "
                         "'verger run'.");
  };
  if (model.model.width != network.width) {
    return mismatch("width", std::to_string(model.model.width), std::to_string(network.width));
  }
  // A model fitted on a foreign features table does not know its network.
  if (fitted.weights_sha256.empty()) return {};
  if (fitted.weights_sha256 != network.weights_sha256) {
    return mismatch("the weights", fitted.weights + " (SHA-256 " + fitted.weights_sha256 + ")",
                    network.weights + " (" + network.weights_sha256 + ")");
  }
  const std::string precision(precision_name(network.precision));
  if (fitted.precision != precision) return mismatch("precision", fitted.precision, precision);
  return {};
}

}  // namespace verger

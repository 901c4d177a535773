#include "pipeline/reduction.h"

#include <utility>

#include "base/parallel.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace verger {

namespace {

bool is_parquet(const FileEntry& file) { return file.name.ends_with(".parquet"); }

// The parts' common width: that of the first part with rows.
Result<std::size_t> width_of(const FeaturesTable& features) {
  for (const auto& part : features.parts) {
    VERGER_ASSIGN_OR_RETURN(const auto rows, read_features_part(features.store, part));
    if (rows.size() > 0) return rows.width;
  }
  return Status::io("The features table " + features.store.display_path(features.parts.front()) +
                    " and its other parts hold no rows, so there is nothing to reduce.");
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

Status check_width(int64_t width) {
  if (width <= Moments::kMaxWidth) return {};
  return Status::model(
      "Vectors of " + std::to_string(width) + " numbers are too wide: verger reduces at most " +
      std::to_string(Moments::kMaxWidth) + "; choose a model whose output is pooled.");
}

Result<Moments> moments_of(const FeaturesTable& features, const Pass& pass) {
  VERGER_ASSIGN_OR_RETURN(const std::size_t width, width_of(features));
  VERGER_RETURN_IF_ERROR(check_width(static_cast<int64_t>(width)));
  const int columns = static_cast<int>(width);
  MomentsTree tree(columns, features.parts.size());
  pass.observer.stage_started("moments", static_cast<int64_t>(features.parts.size()));
  const Status status =
      parallel_for(features.parts.size(), pass.threads, pass.cancel, [&](std::size_t i) -> Status {
        const std::string& name = features.parts[i];
        VERGER_ASSIGN_OR_RETURN(const auto rows, read_features_part(features.store, name, width));
        Moments moments(columns);
        if (const Status added = moments.add(rows.features); !added.ok()) {
          return Status::io(features.store.display_path(name) + ": " + added.message());
        }
        VERGER_RETURN_IF_ERROR(tree.add(i, std::move(moments)));
        pass.observer.advanced(1, 0);
        return {};
      });
  VERGER_RETURN_IF_ERROR(status);
  pass.observer.stage_finished();
  return tree.finish();
}

Result<PartInfo> write_projection(Store& output, const std::string& name, Layout layout,
                                  const FeatureRows& rows, const PcaModel& model) {
  if (layout == Layout::kNotebook) return write_notebook_pca_part(output, name, rows, model);
  return write_pca_part(output, name, rows, model);
}

Result<std::vector<PartInfo>> project_parts(const FeaturesTable& features, OutputFolder& output,
                                            Layout layout, const PcaModel& model,
                                            const std::string& uuid, const Pass& pass) {
  std::vector<PartInfo> parts(features.parts.size());
  pass.observer.stage_started("project", static_cast<int64_t>(parts.size()));
  const Status status =
      parallel_for(parts.size(), pass.threads, pass.cancel, [&](std::size_t i) -> Status {
        VERGER_ASSIGN_OR_RETURN(const auto rows,
                                read_features_part(features.store, features.parts[i],
                                                   static_cast<std::size_t>(model.width)));
        const auto name = below(output.folders().pca, part_file_name(i, uuid));
        VERGER_ASSIGN_OR_RETURN(parts[i],
                                write_projection(output.store(), name, layout, rows, model));
        pass.observer.advanced(1, 0);
        return {};
      });
  VERGER_RETURN_IF_ERROR(status);
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

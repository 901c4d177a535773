// SPDX-License-Identifier: Apache-2.0
#include "output/saved_model.h"

#include <utility>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "output/output_folder.h"

namespace verger {

Result<std::vector<PartInfo>> save_model(Store& output, const std::string& folder,
                                         const DecodedPcaModel& model, const std::string& prefix) {
  std::vector<PartInfo> files;
  for (const auto& file : encode_pca_model(model.model, model.provenance)) {
    const auto name = below(folder, prefix + file.name);
    VERGER_RETURN_IF_ERROR(output.write(name, file.bytes));
    files.push_back({.name = name,
                     .rows = 0,
                     .bytes = static_cast<int64_t>(file.bytes.size()),
                     .sha256 = sha256_hex(file.bytes)});
  }
  return files;
}

Result<DecodedPcaModel> load_model(const Store& store, const std::string& folder,
                                   const std::string& prefix) {
  VERGER_ASSIGN_OR_RETURN(const auto entries, store.list(folder, false, false));
  std::vector<EncodedFile> files;
  for (const auto& entry : entries) {
    std::string name = entry.name.substr(entry.name.rfind('/') + 1);
    if (!name.starts_with(prefix)) continue;
    if (!name.ends_with(".npy") && !name.ends_with(".json")) continue;
    VERGER_ASSIGN_OR_RETURN(auto bytes, store.read(entry.name));
    files.push_back({name.substr(prefix.size()), std::move(bytes)});
  }
  auto model = decode_pca_model(files);
  if (model.ok()) return model;
  return Status::model("The model " + store.shown(folder) +
                       " is unusable: " + model.error().message());
}

Result<DecodedPcaModel> load_model(const Store& store) {
  for (const std::string& folder : {std::string(), table_folders(Layout::kTables).model,
                                    table_folders(Layout::kNotebook).model}) {
    VERGER_ASSIGN_OR_RETURN(const bool is_there, store.exists(below(folder, "model.json")));
    if (is_there) return load_model(store, folder, "");
  }
  return Status::model("No model in " + store.shown("") +
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
                         now + "; give the same " + option_name("weights") + " and " +
                         option_name("precision") +
                         ", or fit anew with "
                         "'verger run'.");
  };
  if (model.model.width != network.width) {
    return mismatch("width", format_count(model.model.width), format_count(network.width));
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

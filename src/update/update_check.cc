// SPDX-License-Identifier: Apache-2.0
#include "update/update_check.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/json_text.h"
#include "base/numbers.h"
#include "base/option_name.h"
#include "base/run_options.h"
#include "base/status_macros.h"
#include "output/file_sizes.h"
#include "plan/recipe.h"

namespace verger {

namespace {

constexpr const char* kAnew = "; make it anew with 'verger run --overwrite'.";

std::string place_of(const OutputFolder& output) {
  return "The output " + output.store().shown("");
}

Status made_otherwise(const OutputFolder& output, const std::string& command) {
  return Status::io(place_of(output) + " was made by 'verger " + command +
                    "', and only those of 'verger run' can be updated" + kAnew);
}

// A reduction that is interrupted began on whole features, and an update makes it anew.
Status check_record(const RunRecord& record, const OutputFolder& output, bool finished) {
  const bool updated = record.command == "update" || record.command == "reduce";
  if (!updated && record.command != "run") return made_otherwise(output, record.command);
  if (finished || updated) return {};
  return Status::io(place_of(output) +
                    " holds an unfinished run; go on with it by 'verger run --resume'.");
}

Status check_manifests(const std::vector<ShardManifest>& manifests, const OutputFolder& output) {
  if (manifests.empty()) return Status::io(place_of(output) + " has no shards" + kAnew);
  VERGER_ASSIGN_OR_RETURN(const FileSizes sizes, sizes_of_files(output));
  for (const auto& manifest : manifests) {
    if (manifest.pca) return made_otherwise(output, "apply");  // and reduced since
    if (!manifest.inputs) {
      return Status::io(place_of(output) +
                        " does not tell which images it is of, as older versions do not" + kAnew);
    }
    const std::string missing = missing_file(manifest, sizes);
    if (missing.empty()) continue;
    return Status::io(place_of(output) + " is damaged: " + missing +
                      " is absent or of another size" + kAnew);
  }
  return {};
}

// As a sentence shows the value of an option.
std::string shown(const RunOption& option, const nlohmann::json& value) {
  if (option.bounds.zero_unset && value == 0) return "none";
  return value.is_number() ? format_number(value.get<double>()) : json_text(value);
}

std::string difference(const OutputFolder& output, const std::string& what, const std::string& then,
                       const std::string& now) {
  return place_of(output) + " was made with " + what + ' ' + then + ", not " + now +
         "; give the same, or make it anew with 'verger run --overwrite'.";
}

}  // namespace

Result<StoredOutput> find_output(const OutputFolder& output) {
  const Store& store = output.store();
  VERGER_ASSIGN_OR_RETURN(const bool exists, store.exists(std::string(kRunRecordName)));
  if (!exists) {
    return Status::io("No result in " + store.shown("") + ": it has no " +
                      std::string(kRunRecordName) + "; make one with 'verger run'.");
  }
  StoredOutput stored;
  VERGER_ASSIGN_OR_RETURN(stored.record, read_run_record(store));
  VERGER_ASSIGN_OR_RETURN(const bool marked, store.exists(std::string(kSuccessName)));
  stored.finished = marked && stored.record.state == "done";
  VERGER_RETURN_IF_ERROR(check_record(stored.record, output, stored.finished));
  VERGER_ASSIGN_OR_RETURN(stored.manifests, read_shard_manifests(store));
  VERGER_RETURN_IF_ERROR(check_manifests(stored.manifests, output));
  return stored;
}

Status check_same_options(const StoredOutput& stored, const OutputFolder& output,
                          const RunOptions& options) {
  for (const RunOption& option : run_options()) {
    if (option.recorded != Recorded::kCompared) continue;
    // The variance decides nothing beside a number of components.
    if (option.name == "variance" && options.pca.components > 0) continue;
    const auto was = value_json(option, stored.record.options);
    const auto is = value_json(option, options);
    if (was == is) continue;
    return Status::invalid_argument(
        difference(output, option_name(option.name), shown(option, was), shown(option, is)));
  }
  return {};
}

Status check_same_network(const StoredOutput& stored, const OutputFolder& output,
                          const RunOptions& options, const ModelInfo& model) {
  if (const auto& made = stored.record.model;
      made && made->weights_sha256 != model.weights_sha256) {
    return Status::model(difference(output, "the weights",
                                    made->weights + " (SHA-256 " + made->weights_sha256 + ")",
                                    model.weights + " (" + model.weights_sha256 + ")"));
  }
  const std::string recipe = extraction_sha256(options.image, model);
  for (const auto& manifest : stored.manifests) {
    if (manifest.options_sha256 == recipe) continue;
    return Status::invalid_argument(
        place_of(output) + " was made by another version or engine of verger: shard " +
        format_count(manifest.shard.number) + " is of another recipe" + kAnew);
  }
  return {};
}

}  // namespace verger

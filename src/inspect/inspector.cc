#include "inspect/inspection.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/status_macros.h"
#include "inspect/file_check.h"
#include "output/lease.h"
#include "output/lease_record.h"
#include "output/output_folder.h"
#include "output/saved_model.h"
#include "output/shard_manifest.h"
#include "parquet/features_part.h"
#include "parquet/tables.h"
#include "plan/image_names.h"

namespace verger {

namespace {

constexpr std::size_t kHeadValues = 5;

class Inspector {
 public:
  Inspector(std::shared_ptr<Store> store, RunRecord record)
      : store_(std::move(store)), folders_(table_folders(record.options.output.layout)) {
    found_.record = std::move(record);
  }

  Result<Inspection> run(std::size_t head_rows);

 private:
  bool has_features() const { return !manifests_.empty(); }
  bool has_reduction() const { return found_.record.reduction.has_value(); }

  void check_complete();
  void check_shards();
  void check_updated_shards(const UpdateRecord& update);
  void check_files();
  Status check_strays();
  void check_counts();
  void check_reduction();
  void check_familiarity();
  void describe_table(const std::string& name, const std::string& folder,
                      const std::vector<PartInfo>& parts);
  void read_head(std::size_t rows);
  std::vector<PartInfo> features_parts() const;
  std::vector<PartInfo> rejected_parts() const;
  void add(std::string name, const std::string& fault, std::string fine);

  std::shared_ptr<Store> store_;
  TableFolders folders_;
  std::vector<ShardManifest> manifests_;
  ReductionRecord reduction_;
  Inspection found_;
};

void Inspector::add(std::string name, const std::string& fault, std::string fine) {
  found_.checks.push_back(
      {std::move(name), fault.empty() ? std::move(fine) : fault, fault.empty()});
}

void Inspector::check_complete() {
  std::string fault;
  if (found_.record.state != "done") {
    const bool update = found_.record.command == "update";
    fault = "the run did not finish; its state is '" + found_.record.state + "'; " +
            (update ? "run 'verger update' again" : "go on with it by --resume");
    const auto leases = read_leases(*store_);
    for (const auto& lease : leases.ok() ? *leases : std::vector<LeaseRecord>()) {
      const LeaseClock clock{.now_ms = epoch_ms(), .lapse = lease_timing().lapse};
      if (lease.is_live(clock)) fault = "it is being written " + lease.by_whom(clock);
    }
  }
  std::vector<std::string> folders = {""};
  if (has_features()) folders.push_back(folders_.features);
  if (has_reduction()) folders.push_back(folders_.pca);
  for (const auto& folder : folders) {
    const auto mark = below(folder, kSuccessName);
    const auto exists = store_->exists(mark);
    if (fault.empty() && !(exists.ok() && *exists)) fault = mark + " is missing";
  }
  add("complete", fault, "the run finished and its _SUCCESS marks stand");
}

// An update leaves gaps among the shards' numbers, and its shards are of images from anywhere.
void Inspector::check_updated_shards(const UpdateRecord& update) {
  const int64_t expected = update.shards.kept + update.shards.rewritten + update.shards.added;
  const auto found = static_cast<int64_t>(manifests_.size());
  const std::string fault = found == expected ? ""
                                              : std::to_string(found) + " shards are there, not " +
                                                    std::to_string(expected);
  add("shards", fault, std::to_string(found) + " shards, as the update left them");
}

void Inspector::check_shards() {
  if (const auto& update = found_.record.update) return check_updated_shards(*update);
  std::string fault;
  std::size_t expected = 0;
  for (std::size_t i = 0; i < manifests_.size() && fault.empty(); ++i) {
    const Shard& shard = manifests_[i].shard;
    if (shard.number != i || shard.begin != expected || shard.end < shard.begin) {
      fault = "shard " + std::to_string(i) + " is missing or does not follow the one before it";
    }
    expected = shard.end;
  }
  add("shards", fault,
      std::to_string(manifests_.size()) + " shards cover images 0 to " + std::to_string(expected));
}

std::vector<PartInfo> Inspector::features_parts() const {
  std::vector<PartInfo> parts;
  for (const auto& manifest : manifests_) parts.push_back(manifest.features);
  return parts;
}

std::vector<PartInfo> Inspector::rejected_parts() const {
  std::vector<PartInfo> parts;
  for (const auto& manifest : manifests_) {
    if (manifest.rejected) parts.push_back(*manifest.rejected);
  }
  return parts;
}

void Inspector::check_files() {
  std::vector<RecordedFile> files;
  const auto take = [&](const std::vector<PartInfo>& infos, bool parquet) {
    for (const PartInfo& info : infos) files.push_back({info, parquet});
  };
  take(features_parts(), true);
  take(rejected_parts(), true);
  take(reduction_.parts, true);
  take(reduction_.model, false);
  for (const auto& manifest : manifests_) {
    if (manifest.moments) take({*manifest.moments}, false);
    if (manifest.inputs) take({*manifest.inputs}, true);
  }
  add("files", fault_of(*store_, files),
      std::to_string(files.size()) + " files have the recorded size, SHA-256 and rows");
}

// Files that no manifest names would be read as rows of the tables all the same.
Status Inspector::check_strays() {
  std::set<std::string> known;
  for (const auto& part : features_parts()) known.insert(part.name);
  for (const auto& part : rejected_parts()) known.insert(part.name);
  for (const auto& part : reduction_.parts) known.insert(part.name);
  std::set<std::string> folders;
  if (has_features()) folders = {folders_.features, folders_.rejected};
  if (has_reduction()) folders.insert(folders_.pca);
  std::string fault;
  for (const auto& folder : folders) {
    VERGER_ASSIGN_OR_RETURN(const auto files, store_->list(folder, false, true));
    for (const auto& file : files) {
      if (!fault.empty() || known.contains(file.name)) continue;
      if (is_hidden(last_part(file.name))) continue;  // to readers of tables as well
      // A table without a rejection still has one part, of which no manifest tells.
      if (folder == folders_.rejected && rejected_parts().empty() &&
          is_empty_part(*store_, file.name))
        continue;
      fault = file.name + " is not part of the result, but readers of the table may take it";
    }
  }
  add("strays", fault, "no foreign file lies in the tables");
  return {};
}

void Inspector::check_counts() {
  Counts sum;
  std::string fault;
  for (const auto& manifest : manifests_) {
    sum += manifest.counts;
    const int64_t rejected = manifest.rejected ? manifest.rejected->rows : 0;
    if (fault.empty() && (manifest.features.rows != manifest.counts.features ||
                          rejected != manifest.counts.rejected ||
                          manifest.counts.listed != static_cast<int64_t>(manifest.shard.size()) ||
                          manifest.counts.features + rejected != manifest.counts.listed)) {
      fault = "shard " + std::to_string(manifest.shard.number) +
              " does not reconcile: listed is not features + rejected";
    }
  }
  if (fault.empty() && !(sum == found_.record.counts)) {
    fault = "the shards add up to " + std::to_string(sum.listed) + " listed, " +
            std::to_string(sum.features) + " features and " + std::to_string(sum.rejected) +
            " rejected, which is not what the run recorded";
  }
  add("counts", fault,
      std::to_string(sum.listed) + " listed = " + std::to_string(sum.features) + " features + " +
          std::to_string(sum.rejected) + " rejected");
}

void Inspector::check_reduction() {
  std::string fault;
  const auto model = load_model(*store_);
  const auto k = found_.record.reduction->k;
  if (!model.ok()) {
    fault = model.error().message();
  } else if (model->model.k != k) {
    fault = "the model keeps " + std::to_string(model->model.k) + " components, the run recorded " +
            std::to_string(k);
  } else {
    double total = 0;
    for (const double value : model->model.eigenvalues) total += value;
    for (int i = 0; i < model->model.k; ++i) {
      found_.spectrum.push_back(model->model.eigenvalues[static_cast<std::size_t>(i)] / total);
    }
  }
  int64_t rows = 0;
  for (const auto& part : reduction_.parts) rows += part.rows;
  if (fault.empty() && rows != found_.record.counts.features) {
    fault = "the pca table has " + std::to_string(rows) + " rows, the features table " +
            std::to_string(found_.record.counts.features);
  }
  add("reduction", fault,
      std::to_string(rows) + " rows of " + std::to_string(k) + " components, as the model has");
}

void Inspector::check_familiarity() {
  const auto told = describe_familiarity(*store_);
  if (!told.ok()) return add("familiarity", told.error().message(), "");
  if (!told->empty()) add("familiarity", "", *told);
}

void Inspector::describe_table(const std::string& name, const std::string& folder,
                               const std::vector<PartInfo>& parts) {
  TableDescription table{.name = name, .folder = folder, .columns = {}};
  for (const auto& part : parts) {
    table.parts += 1;
    table.rows += part.rows;
    table.bytes += part.bytes;
  }
  if (!parts.empty()) {
    const auto schema = read_part_schema(*store_, parts.front().name);
    if (schema.ok()) table.columns = schema->columns;
  }
  found_.tables.push_back(std::move(table));
}

void Inspector::read_head(std::size_t rows) {
  for (const auto& part : features_parts()) {
    auto reader = FeaturesPartReader::open(*store_, part.name, 0);
    FeatureRows read;
    do {
      if (found_.head.size() >= rows) return;
      if (!reader.ok() || !reader->next(read).ok()) return;  // check_files has told why
      const std::size_t values = std::min(kHeadValues, read.width);
      for (std::size_t row = 0; row < read.size() && found_.head.size() < rows; ++row) {
        const auto begin = read.features.begin() + static_cast<std::ptrdiff_t>(row * read.width);
        found_.head.push_back({read.path[row],
                               read.label[row],
                               {begin, begin + static_cast<std::ptrdiff_t>(values)}});
      }
    } while (read.size() > 0);
  }
}

Result<Inspection> Inspector::run(std::size_t head_rows) {
  VERGER_ASSIGN_OR_RETURN(manifests_, read_shard_manifests(*store_));
  if (has_reduction()) {
    VERGER_ASSIGN_OR_RETURN(reduction_, read_reduction_record(*store_));
  }
  check_complete();
  if (has_features()) check_shards();
  check_files();
  VERGER_RETURN_IF_ERROR(check_strays());
  if (has_features()) check_counts();
  if (has_reduction()) check_reduction();
  if (has_reduction() && found_.ok()) check_familiarity();
  if (has_features()) {
    describe_table("features", folders_.features, features_parts());
    describe_table("rejected", folders_.rejected, rejected_parts());
  }
  if (has_reduction()) describe_table("pca", folders_.pca, reduction_.parts);
  read_head(head_rows);
  return std::move(found_);
}

}  // namespace

Result<Inspection> inspect(const std::string& place, const StorageOptions& storage,
                           std::size_t head_rows) {
  VERGER_ASSIGN_OR_RETURN(auto store, Store::open(place, storage));
  VERGER_ASSIGN_OR_RETURN(const bool exists, store->exists(std::string(kRunRecordName)));
  if (!exists) {
    return Status::io("No result in " + store->display_path("") + ": it has no " +
                      std::string(kRunRecordName) + "; name the OUTPUT of a verger run.");
  }
  VERGER_ASSIGN_OR_RETURN(auto record, read_run_record(*store));
  return Inspector(store, std::move(record)).run(head_rows);
}

}  // namespace verger

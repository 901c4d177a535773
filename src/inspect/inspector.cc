// SPDX-License-Identifier: Apache-2.0
#include "base/numbers.h"
#include "inspect/inspection.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "base/option_name.h"
#include "base/status_macros.h"
#include "inspect/survey.h"
#include "output/lease.h"
#include "output/lease_record.h"
#include "output/output_folder.h"
#include "output/saved_model.h"
#include "parquet/features_part.h"
#include "parquet/tables.h"
#include "plan/image_names.h"
#include "search/familiarity.h"

namespace verger {

namespace {

constexpr std::size_t kHeadValues = 5;

class Inspector {
 public:
  Inspector(std::shared_ptr<Store> store, RunRecord record)
      : store_(std::move(store)), folders_(table_folders(record.options.output.layout)) {
    inspection_.record = std::move(record);
  }

  Result<Inspection> run(std::size_t head_rows, Crew& crew, const StorageOptions& storage,
                         Watch watch);

 private:
  bool has_features() const { return survey_.shards > 0; }
  bool has_reduction() const { return inspection_.record.reduction.has_value(); }

  void check_complete();
  void check_shards();
  Status check_strays();
  void check_counts();
  void check_reduction();
  void check_familiarity();
  void describe_table(const std::string& name, const std::string& folder, const TableSize& size);
  void read_head(std::size_t rows);
  void add(std::string name, const std::string& fault, std::string fine);

  std::shared_ptr<Store> store_;
  TableFolders folders_;
  Survey survey_;  // after run() began
  Inspection inspection_;
};

void Inspector::add(std::string name, const std::string& fault, std::string fine) {
  inspection_.checks.push_back(
      {std::move(name), fault.empty() ? std::move(fine) : fault, fault.empty()});
}

void Inspector::check_complete() {
  std::string fault;
  if (inspection_.record.state != "done") {
    const bool update = inspection_.record.command == "update";
    fault = "the run did not finish; its state is '" + inspection_.record.state + "'; " +
            (update ? "run 'verger update' again" : "go on with it by " + option_set("resume"));
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

void Inspector::check_shards() {
  if (const auto& update = inspection_.record.update) {
    // It leaves gaps among the shards' numbers, and its shards are of images from anywhere.
    const int64_t expected = update->shards.kept + update->shards.rewritten + update->shards.added;
    const auto present = format_count(survey_.shards, "shard");
    const bool all = static_cast<int64_t>(survey_.shards) == expected;
    const char* are = survey_.shards == 1 ? " is" : " are";
    add("shards", all ? "" : present + are + " there, not " + format_count(expected),
        present + ", as the update left " + (survey_.shards == 1 ? "it" : "them"));
    return;
  }
  add("shards", survey_.all.gap,
      format_count(survey_.shards, "shard") + (survey_.shards == 1 ? " covers" : " cover") +
          " images 0 to " + format_count(survey_.all.end));
}

// Files that no manifest names would be read as rows of the tables all the same.
Status Inspector::check_strays() {
  std::set<std::string_view> known;
  for (const auto& part : survey_.all.features.parts) known.insert(part);
  for (const auto& part : survey_.all.rejected.parts) known.insert(part);
  for (const auto& part : survey_.reduction.parts) known.insert(part.name);
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
      if (folder == folders_.rejected && survey_.all.rejected.parts.empty() &&
          is_empty_part(*store_, file.name))
        continue;
      fault = file.name + " is not part of the result, but readers of the table may take it";
    }
  }
  add("strays", fault, "no foreign file lies in the tables");
  return {};
}

void Inspector::check_counts() {
  const Counts& sum = survey_.all.counts;
  std::string fault = survey_.all.unreconciled;
  if (fault.empty() && !(sum == inspection_.record.counts)) {
    fault = "the shards add up to " + format_count(sum.listed) + " listed, " +
            format_count(sum.features) + " with features and " + format_count(sum.rejected) +
            " rejected, which is not what the run recorded";
  }
  add("counts", fault,
      format_count(sum.listed) + " listed = " + format_count(sum.features) + " with features + " +
          format_count(sum.rejected) + " rejected");
}

void Inspector::check_reduction() {
  std::string fault;
  const auto model = load_model(*store_);
  const auto k = inspection_.record.reduction->k;
  if (!model.ok()) {
    fault = model.error().message();
  } else if (model->model.k != k) {
    fault = "the model keeps " + format_count(model->model.k, "component") + ", the run recorded " +
            format_count(k);
  } else {
    double total = 0;
    for (const double value : model->model.eigenvalues) total += value;
    for (int i = 0; i < model->model.k; ++i) {
      inspection_.spectrum.push_back(model->model.eigenvalues[static_cast<std::size_t>(i)] / total);
    }
  }
  int64_t rows = 0;
  for (const auto& part : survey_.reduction.parts) rows += part.rows;
  if (fault.empty() && rows != inspection_.record.counts.features) {
    fault = "the pca table has " + format_count(rows, "row") + ", the features table " +
            format_count(inspection_.record.counts.features);
  }
  add("reduction", fault,
      format_count(rows, "row") + " of " + format_count(k, "component") + ", as the model has");
}

void Inspector::check_familiarity() {
  const auto told = describe_familiarity(*store_);
  if (!told.ok()) return add("familiarity", told.error().message(), "");
  if (!told->empty()) add("familiarity", "", *told);
}

void Inspector::describe_table(const std::string& name, const std::string& folder,
                               const TableSize& size) {
  TableDescription table{.name = name,
                         .folder = folder,
                         .parts = static_cast<int64_t>(size.parts.size()),
                         .rows = size.rows,
                         .bytes = size.bytes,
                         .columns = {}};
  if (!size.parts.empty()) {
    const auto schema = read_part_schema(*store_, size.parts.front());
    if (schema.ok()) table.columns = schema->columns;
  }
  inspection_.tables.push_back(std::move(table));
}

void Inspector::read_head(std::size_t rows) {
  for (const auto& part : survey_.all.features.parts) {
    auto reader = FeaturesPartReader::open(*store_, part, 0);
    FeatureRows read;
    do {
      if (inspection_.head.size() >= rows) return;
      if (!reader.ok() || !reader->next(read).ok()) return;  // the check of files has told why
      const std::size_t values = std::min(kHeadValues, read.width);
      for (std::size_t row = 0; row < read.size() && inspection_.head.size() < rows; ++row) {
        const auto begin = read.features.begin() + static_cast<std::ptrdiff_t>(row * read.width);
        inspection_.head.push_back({read.path[row],
                                    read.label[row],
                                    {begin, begin + static_cast<std::ptrdiff_t>(values)}});
      }
    } while (read.size() > 0);
  }
}

Result<Inspection> Inspector::run(std::size_t head_rows, Crew& crew, const StorageOptions& storage,
                                  Watch watch) {
  VERGER_ASSIGN_OR_RETURN(survey_, survey(store_, inspection_.record, crew, storage, watch));
  check_complete();
  if (has_features()) check_shards();
  add("files", survey_.all.file_fault,
      format_count(survey_.all.files, "file") + (survey_.all.files == 1 ? " has" : " have") +
          " the recorded size, SHA-256 and rows");
  VERGER_RETURN_IF_ERROR(check_strays());
  if (has_features()) check_counts();
  if (has_reduction()) check_reduction();
  if (has_reduction() && inspection_.ok()) check_familiarity();
  if (has_features()) {
    describe_table("features", folders_.features, survey_.all.features);
    describe_table("rejected", folders_.rejected, survey_.all.rejected);
  }
  if (has_reduction()) {
    TableSize pca;
    for (const PartInfo& part : survey_.reduction.parts) pca.add(part);
    describe_table("pca", folders_.pca, pca);
  }
  read_head(head_rows);
  return std::move(inspection_);
}

}  // namespace

Result<Inspection> inspect(const std::string& place, const StorageOptions& storage,
                           std::size_t head_rows, Crew& crew, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto store, Store::open(place, storage));
  VERGER_ASSIGN_OR_RETURN(const bool exists, store->exists(std::string(kRunRecordName)));
  if (!exists) {
    return Status::io("No result in " + store->shown("") + ": it has no " +
                      std::string(kRunRecordName) + "; name the OUTPUT of a verger run.");
  }
  VERGER_ASSIGN_OR_RETURN(auto record, read_run_record(*store));
  return Inspector(store, std::move(record)).run(head_rows, crew, storage, watch);
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "output/own_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/status_macros.h"
#include "base/uuid.h"
#include "output/run_record.h"

namespace verger {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

bool is_model_file(std::string_view base) {
  constexpr std::array<std::string_view, 5> kNames = {
      "mean.npy", "deviation.npy", "eigenvalues.npy", "components.npy", "model.json"};
  return std::ranges::find(kNames, base) != kNames.end();
}

bool is_numbered_record(std::string_view base, std::string_view ending) {
  const std::size_t number = base.find_first_not_of("0123456789");
  return number != base.npos && number >= 5 && base.ends_with(ending);
}

// Does one of the folders below _verger/ keep records of this name?
bool is_record(std::string_view folder, std::string_view base) {
  if (folder == kShardsFolder) return is_numbered_record(base, ".json");
  if (folder == kMomentsFolder) return is_numbered_record(base, ".moments");
  if (folder == kInputsFolder) return is_numbered_record(base, ".parquet");
  return folder == kPlanFolder || folder == kLeasesFolder || folder == kSearchFolder;
}

}  // namespace

std::string_view uuid_of_part(std::string_view base_name) {
  constexpr std::string_view kStart = "part-";
  constexpr std::string_view kEnd = ".snappy.parquet";
  if (!base_name.starts_with(kStart) || !base_name.ends_with(kEnd)) return {};
  const std::string_view middle =
      base_name.substr(kStart.size(), base_name.size() - kStart.size() - kEnd.size());
  const std::string_view uuid = find_uuid(middle);  // the middle of 00007-<uuid>-c000
  if (uuid.empty()) return {};
  const auto at = static_cast<std::size_t>(uuid.data() - middle.data());
  const std::string_view number = middle.substr(0, at);
  const std::string_view attempt = middle.substr(at + uuid.size());
  const bool fits = number.ends_with('-') && all_digits(number.substr(0, number.size() - 1)) &&
                    attempt.starts_with("-c") && all_digits(attempt.substr(2));
  return fits ? uuid : std::string_view();
}

Result<OwnFiles> OwnFiles::recorded_in(const Store& output, Layout layout) {
  OwnFiles own(layout);
  VERGER_ASSIGN_OR_RETURN(const bool run, output.exists(std::string(kRunRecordName)));
  if (!run) return own;
  VERGER_ASSIGN_OR_RETURN(const RunRecord record, read_run_record(output));
  VERGER_ASSIGN_OR_RETURN(const bool reduced, output.exists(std::string(kReductionRecordName)));
  own.recorded_ = true;
  own.has_model_ = reduced || record.command != "extract";
  own.any_run_ = record.uuids.empty();
  own.uuids_ = {record.uuids.begin(), record.uuids.end()};
  return own;
}

void OwnFiles::add_run(const std::string& uuid, bool leaves_model) {
  recorded_ = true;
  has_model_ |= leaves_model;
  uuids_.insert(uuid);
}

void OwnFiles::keep_runs(const std::set<std::string>& uuids, bool finished) {
  if (any_run_) uuids_ = uuids;
  if (finished) std::erase_if(uuids_, [&](const auto& uuid) { return !uuids.contains(uuid); });
  any_run_ = false;
}

bool OwnFiles::is_name_of_ours(std::string_view name) const {
  const std::string_view base = base_name(name);
  const std::string_view folder = folder_name(name);
  const bool of_features = folder == folders_.features;
  const bool of_pca = folder == folders_.pca;
  if (base == kSuccessName) return folder.empty() || of_features || of_pca;
  if ((of_features || of_pca || folder == folders_.rejected) && !uuid_of_part(base).empty()) {
    return true;
  }
  return (folder == folders_.model && is_model_file(base)) || is_record(folder, base) ||
         name == kRunRecordName || name == kReductionRecordName || name == report_name(layout_);
}

bool OwnFiles::contains(std::string_view name) const {
  if (!recorded_ || !is_name_of_ours(name)) return false;
  const std::string_view base = base_name(name);
  if (is_model_file(base)) return has_model_;
  const std::string_view uuid = uuid_of_part(base);
  return uuid.empty() || any_run_ || uuids_.contains(std::string(uuid));
}

}  // namespace verger

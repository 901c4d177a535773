#include "output/output_folder.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <random>
#include <utility>

#include "base/fault_point.h"
#include "base/status_macros.h"
#include "output/run_record.h"

namespace verger {

namespace {

std::string_view base_name(std::string_view name) {
  const auto slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

bool is_part(std::string_view name) {
  const std::string_view base = base_name(name);
  return base.starts_with("part-") && base.ends_with(".parquet");
}

bool is_record(std::string_view name) {
  return std::ranges::any_of(std::array{".npy", ".json", ".moments", ".parquet"},
                             [&](const char* ending) { return name.ends_with(ending); });
}

}  // namespace

TableFolders table_folders(Layout layout) {
  if (layout == Layout::kNotebook) {
    return {.features = "",
            .pca = "pca_results",
            .rejected = "_verger/rejected",
            .model = "_verger/model"};
  }
  return {.features = "features", .pca = "pca", .rejected = "rejected", .model = "model"};
}

std::string below(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  std::string path(folder);
  path += '/';
  return path += name;
}

std::string random_uuid() {
  std::random_device random;
  std::array<uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);  // RFC 4122's variant
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::set<std::string> OutputFolder::owned_folders() const {
  std::set<std::string> owned = {folders_.pca, folders_.model, std::string(kPlanFolder)};
  if (tables_ != Tables::kReduction) {
    owned.insert({folders_.features, folders_.rejected, std::string(kShardsFolder),
                  std::string(kMomentsFolder), std::string(kInputsFolder)});
  }
  return owned;
}

// What lies where this command writes. Leases are not: they say who writes, not what.
Result<std::vector<FileEntry>> OutputFolder::present() const {
  std::vector<std::string> places = {""};
  if (tables_ == Tables::kReduction) places = {folders_.pca, folders_.model};
  std::vector<FileEntry> found;
  for (const auto& place : places) {
    VERGER_ASSIGN_OR_RETURN(auto files, store_->list(place, true, true));
    std::erase_if(files, [](const auto& file) { return file.name.starts_with(kLeasesFolder); });
    std::ranges::move(files, std::back_inserter(found));
  }
  return found;
}

// The tables of another layout lie elsewhere: they would stay beside the new ones.
Status OutputFolder::check_same_layout() const {
  const auto record = read_run_record(*store_);
  if (!record.ok() || record->options.output.layout == layout_) return {};
  const std::string there(layout_name(record->options.output.layout));
  return Status::io("The output " + store_->display_path("") + " holds tables of --layout " +
                    there + "; give that layout, or choose another folder.");
}

Status OutputFolder::check_free(const OutputOptions& options) const {
  VERGER_ASSIGN_OR_RETURN(const auto files, present());
  if (files.empty() || options.overwrite) return check_same_layout();
  VERGER_ASSIGN_OR_RETURN(const bool run, store_->exists(std::string(kRunRecordName)));
  if (options.resume && run) return check_same_layout();
  const std::string place = "The output " + store_->display_path("");
  if (options.resume) {
    return Status::io(place + " holds files (" + files.front().name +
                      ") but no run of verger to resume; choose another folder.");
  }
  VERGER_ASSIGN_OR_RETURN(const bool finished, store_->exists(std::string(kSuccessName)));
  if (run && !finished) {
    return Status::io(place +
                      " holds an unfinished run; go on with it by --resume, or replace "
                      "it with --overwrite.");
  }
  return Status::io(place + " already holds files (" + files.front().name +
                    "); choose another folder, or replace its tables with --overwrite.");
}

Status OutputFolder::begin() {
  VERGER_RETURN_IF_ERROR(store_->remove(std::string(kSuccessName)));
  for (const auto& folder : owned_folders()) {
    VERGER_RETURN_IF_ERROR(store_->remove(below(folder, kSuccessName)));
  }
  return {};
}

Status OutputFolder::finish(const std::set<std::string>& written) {
  for (const auto& folder : owned_folders()) {
    VERGER_RETURN_IF_ERROR(remove_stale(folder, written));
  }
  VERGER_RETURN_IF_ERROR(store_->remove_temporaries(""));  // of parts, records, leases, the report
  fault_point("before-success");
  std::vector<std::string> marks = {""};
  if (tables_ != Tables::kReduction) marks.push_back(folders_.features);
  if (tables_ != Tables::kFeatures) marks.push_back(folders_.pca);
  // The output's own mark comes last.
  std::reverse(marks.begin(), marks.end());
  for (const auto& folder : marks) {
    VERGER_RETURN_IF_ERROR(store_->write(below(folder, kSuccessName), std::string_view()));
    if (folder != marks.back()) fault_point("between-marks");
  }
  return {};
}

Status OutputFolder::sweep() {
  VERGER_RETURN_IF_ERROR(store_->remove_temporaries(""));
  return remove_stale(std::string(kPlanFolder), {});
}

Status OutputFolder::remove_stale(const std::string& folder, const std::set<std::string>& written) {
  VERGER_ASSIGN_OR_RETURN(const auto files, store_->list(folder, false, true));
  // Only verger puts files into model/ and _verger/; a table's folder may hold somebody else's.
  const bool own = folder == folders_.model || folder.starts_with("_verger/");
  for (const auto& file : files) {
    const bool ours = is_part(file.name) || (own && is_record(file.name));
    if (!ours || written.contains(file.name)) continue;
    VERGER_RETURN_IF_ERROR(store_->remove(file.name));
    fault_point("replacing");
  }
  return {};
}

}  // namespace verger

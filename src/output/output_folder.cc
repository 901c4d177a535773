// SPDX-License-Identifier: Apache-2.0
#include "output/output_folder.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/fault_point.h"
#include "base/option_name.h"
#include "base/status_macros.h"
#include "output/run_record.h"
#include "plan/image_names.h"

namespace verger {

// The folders of the tables that this command writes.
std::set<std::string> OutputFolder::table_names() const {
  if (tables_ == Tables::kReduction) return {folders_.pca};
  return {folders_.features, folders_.pca, folders_.rejected};
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
  std::vector<FileEntry> all;
  for (const auto& place : places) {
    VERGER_ASSIGN_OR_RETURN(auto files, store_->list(place, true, true));
    std::erase_if(files, [](const auto& file) { return file.name.starts_with(kLeasesFolder); });
    std::ranges::move(files, std::back_inserter(all));
  }
  return all;
}

// The tables of another layout lie elsewhere: they would stay beside the new ones.
Status OutputFolder::check_same_layout() const {
  const auto record = read_run_record(*store_);
  if (!record.ok() || record->options.output.layout == layout_) return {};
  const std::string there(layout_name(record->options.output.layout));
  return Status::io("The output " + store_->shown("") + " holds tables of " +
                    option_set("layout", there) + "; give that layout, or choose another folder.");
}

Status OutputFolder::check_free(const OutputOptions& options) const {
  VERGER_RETURN_IF_ERROR(check_no_links());
  VERGER_ASSIGN_OR_RETURN(const auto files, present());
  if (!files.empty() && !options.overwrite) VERGER_RETURN_IF_ERROR(check_resumed(options, files));
  VERGER_RETURN_IF_ERROR(check_same_layout());
  if (files.empty() && tables_ != Tables::kReduction) return {};
  const auto own = own_files();
  return own.ok() ? Status() : own.error();
}

// There are files, and they may not be replaced.
Status OutputFolder::check_resumed(const OutputOptions& options,
                                   const std::vector<FileEntry>& files) const {
  VERGER_ASSIGN_OR_RETURN(const bool run, store_->exists(std::string(kRunRecordName)));
  if (options.resume && run) return {};
  const std::string place = "The output " + store_->shown("");
  if (options.resume) {
    return Status::io(place + " holds files (" + files.front().name +
                      ") but no run of verger to resume; choose another folder.");
  }
  VERGER_ASSIGN_OR_RETURN(const bool finished, store_->exists(std::string(kSuccessName)));
  if (run && !finished) {
    return Status::io(place + " holds an unfinished run; go on with it by " + option_set("resume") +
                      ", or replace it with " + option_set("overwrite") + ".");
  }
  return Status::io(place + " already holds files (" + files.front().name +
                    "); choose another folder, or replace its tables with " +
                    option_set("overwrite") + ".");
}

// What lies behind a link belongs to another place, and is not for a run to remove.
Status OutputFolder::check_no_links() const {
  std::set<std::string> folders = owned_folders();
  folders.insert(std::string(kRecordsFolder));
  folders.erase("");  // the output itself may be one
  for (const auto& folder : folders) {
    VERGER_ASSIGN_OR_RETURN(const bool link, store_->is_link(folder));
    if (!link) continue;
    return Status::io(store_->shown(folder) +
                      " is a link to another place, in which a run would replace and remove files; "
                      "put a folder there, or choose another output.");
  }
  return {};
}

// Is the file in the way of this command? Readers of a table read whatever lies in its folder, so
// nobody else's file may. `folder`: one that this command writes to, where the file was found.
bool OutputFolder::is_foreign(const OwnFiles& own, const std::string& folder,
                              const std::string& name) const {
  if (own.contains(name)) return false;
  if (!table_names().contains(folder)) {
    // A reduction may be made beside features of somebody else, and of their marks.
    const bool of_features =
        base_name(name) == kSuccessName || !uuid_of_part(base_name(name)).empty();
    return own.is_name_of_ours(name) && !(tables_ == Tables::kReduction && of_features);
  }
  return own.is_name_of_ours(name) ||
         !has_hidden_part(std::string_view(name).substr(folder.empty() ? 0 : folder.size() + 1));
}

// kIo when something foreign is in the way.
Result<OwnFiles> OutputFolder::own_files() const {
  VERGER_ASSIGN_OR_RETURN(OwnFiles own, OwnFiles::recorded_in(*store_, layout_));
  const std::set<std::string> tables = table_names();
  std::set<std::string> written = owned_folders();
  written.insert({"", std::string(kRecordsFolder)});
  std::set<std::string> folders = {folders_.features, folders_.rejected};
  folders.insert(written.begin(), written.end());
  std::set<std::string> runs;
  for (const auto& folder : folders) {
    const bool deep = tables.contains(folder) && !folder.empty();
    VERGER_ASSIGN_OR_RETURN(const auto files, store_->list(folder, deep, true));
    for (const auto& file : files) {
      if (const auto uuid = uuid_of_part(base_name(file.name)); !uuid.empty()) runs.emplace(uuid);
      if (!written.contains(folder) || !is_foreign(own, folder, file.name)) continue;
      return Status::io("The output " + store_->shown("") + " holds " + file.name +
                        ", which no run of verger is known to have written, where this one writes; "
                        "move it away, or choose another folder.");
    }
  }
  VERGER_ASSIGN_OR_RETURN(const bool finished, store_->exists(std::string(kSuccessName)));
  own.keep_runs(runs, finished);
  return own;
}

Result<std::vector<std::string>> OutputFolder::begin(const std::string& uuid) {
  VERGER_RETURN_IF_ERROR(check_no_links());
  VERGER_ASSIGN_OR_RETURN(own_, own_files());
  std::vector<std::string> marks = {std::string(kSuccessName)};
  for (const auto& folder : owned_folders()) marks.push_back(below(folder, kSuccessName));
  marks.push_back(report_name(layout_));
  for (const auto& mark : marks) {
    if (own_.contains(mark)) VERGER_RETURN_IF_ERROR(store_->remove(mark));
  }
  own_.add_run(uuid, tables_ != Tables::kFeatures);
  return std::vector<std::string>(own_.uuids().begin(), own_.uuids().end());
}

Status OutputFolder::finish(const std::set<std::string>& written) {
  for (const auto& folder : owned_folders()) {
    VERGER_RETURN_IF_ERROR(remove_stale(folder, written));
  }
  VERGER_RETURN_IF_ERROR(remove_temporaries());
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
  VERGER_RETURN_IF_ERROR(remove_stale(std::string(kPlanFolder), {}));
  return remove_temporaries();
}

// Parts, records, leases and the report have them; another output in a folder of this one keeps
// its.
Status OutputFolder::remove_temporaries() {
  std::set<std::string> folders = owned_folders();
  folders.insert(
      {"", std::string(kRecordsFolder), std::string(kLeasesFolder), std::string(kSearchFolder)});
  for (const auto& folder : folders) {
    VERGER_RETURN_IF_ERROR(store_->remove_temporaries(
        folder, [&](std::string_view name) { return own_.contains(below(folder, name)); }));
  }
  return {};
}

Status OutputFolder::remove_stale(const std::string& folder, const std::set<std::string>& written) {
  VERGER_ASSIGN_OR_RETURN(const auto files, store_->list(folder, false, true));
  for (const auto& file : files) {
    const bool mark = base_name(file.name) == kSuccessName;
    if (mark || !own_.contains(file.name) || written.contains(file.name)) continue;
    VERGER_RETURN_IF_ERROR(store_->remove(file.name));
    fault_point("replacing");
  }
  return {};
}

}  // namespace verger

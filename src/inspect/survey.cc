// SPDX-License-Identifier: Apache-2.0
#include "inspect/survey.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "output/output_folder.h"

namespace verger {

namespace {

constexpr int kMostFiles = 8;  // read at once by threads, where storage is slow to answer
// At most so many shards are one order of a crew, and at least so many orders are made.
constexpr std::size_t kMostShards = 64;
constexpr std::size_t kLeastOrders = 256;

// [begin, end) of `things`, group by group.
std::vector<Shard> groups_of(std::size_t things) {
  const std::size_t size = std::clamp<std::size_t>(things / kLeastOrders, 1, kMostShards);
  std::vector<Shard> groups;
  for (std::size_t begin = 0; begin < things; begin += size) {
    groups.push_back({groups.size(), begin, std::min(begin + size, things)});
  }
  return groups;
}

// The groups: of neighbouring shards, in their order, and then of the reduction's files.
struct Groups {
  std::vector<InspectTask> tasks;
  std::size_t of_shards = 0;  // so many are
};

Groups plan(const std::vector<std::string>& manifests, const std::vector<RecordedFile>& files) {
  Groups plan;
  const auto add = [&plan] {
    plan.tasks.push_back({.number = plan.tasks.size(), .group = {}});
    return &plan.tasks.back().group;
  };
  for (const Shard& group : groups_of(manifests.size())) {
    RecordGroup* const names = add();
    for (std::size_t i = group.begin; i < group.end; ++i) names->manifests.push_back(manifests[i]);
  }
  plan.of_shards = plan.tasks.size();
  for (const Shard& group : groups_of(files.size())) {
    RecordGroup* const named = add();
    for (std::size_t i = group.begin; i < group.end; ++i) named->files.push_back(files[i]);
  }
  return plan;
}

// The shards have them, in the order of their numbers: those of more digits come after.
Result<std::vector<std::string>> names_of_manifests(const Store& store) {
  VERGER_ASSIGN_OR_RETURN(const auto listed, store.list(std::string(kShardsFolder), false, true));
  std::vector<std::string> names;
  for (const auto& file : listed) names.push_back(file.name);
  std::ranges::sort(names, {}, [](const auto& name) { return std::pair(name.size(), name); });
  return names;
}

std::vector<RecordedFile> files_of(const ReductionRecord& reduction) {
  std::vector<RecordedFile> files;
  for (const PartInfo& part : reduction.parts) files.push_back({part, true});
  for (const PartInfo& file : reduction.model) files.push_back({file, false});
  return files;
}

GroupFindings joined(const std::vector<GroupFindings>& groups, std::size_t of_shards) {
  GroupFindings all;
  std::size_t next = 0;  // shard
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const GroupFindings& group = groups[i];
    if (i < of_shards) {
      if (group.first != next || group.begin != all.end) note_fault(all.gap, gap_at(next));
      note_fault(all.gap, group.gap);
      next = group.first + group.features.parts.size();
      all.end = group.end;
    }
    note_fault(all.unreconciled, group.unreconciled);
    note_fault(all.file_fault, group.file_fault);
    all.counts += group.counts;
    all.files += group.files;
    all.features += group.features;
    all.rejected += group.rejected;
  }
  return all;
}

}  // namespace

Result<Survey> survey(const std::shared_ptr<Store>& store, const RunRecord& record, Crew& crew,
                      const StorageOptions& storage, Watch watch) {
  Survey survey;
  VERGER_ASSIGN_OR_RETURN(const auto manifests, names_of_manifests(*store));
  survey.shards = manifests.size();
  if (record.reduction) {
    VERGER_ASSIGN_OR_RETURN(survey.reduction, read_reduction_record(*store));
  }
  const Groups groups = plan(manifests, files_of(survey.reduction));
  RunOptions options;
  options.storage = storage;
  options.output.layout = record.options.output.layout;
  const OutputFolder output(store, options.output.layout, Tables::kAll);
  const RunIdentity run{
      .input = *store, .output = output, .options = options, .uuid = "", .mark = "", .lease = ""};
  const int threads =
      std::max(default_threads(), std::min(store->default_reads_in_flight(), kMostFiles));
  std::vector<GroupFindings> findings_of(groups.tasks.size());
  const GroupDone keep = [&](std::size_t task, GroupFindings findings) -> Status {
    findings_of[task] = std::move(findings);
    return {};
  };
  watch.observer.stage_started("inspect", static_cast<int64_t>(findings_of.size()));
  VERGER_RETURN_IF_ERROR(
      crew.inspect({.run = run}, groups.tasks, {threads, watch.cancel, watch.observer}, keep));
  watch.observer.stage_finished();
  survey.all = joined(findings_of, groups.of_shards);
  return survey;
}

}  // namespace verger

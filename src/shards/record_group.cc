#include "shards/record_group.h"

#include <algorithm>
#include <iterator>

#include "base/status_macros.h"
#include "output/shard_manifest.h"

namespace verger {

namespace {

std::string unreconciled(const ShardManifest& manifest) {
  const Counts& counts = manifest.counts;
  const int64_t rejected = manifest.rejected ? manifest.rejected->rows : 0;
  if (manifest.features.rows == counts.features && rejected == counts.rejected &&
      counts.listed == static_cast<int64_t>(manifest.shard.size()) &&
      counts.features + rejected == counts.listed) {
    return "";
  }
  return "shard " + std::to_string(manifest.shard.number) +
         " does not reconcile: listed is not features + rejected";
}

void check_files(const Store& store, const std::vector<RecordedFile>& files, GroupFindings& found) {
  for (const RecordedFile& file : files) {
    found.files += 1;
    if (found.file_fault.empty()) found.file_fault = check_file(store, file).message();
  }
}

std::vector<RecordedFile> files_of(const ShardManifest& manifest) {
  std::vector<RecordedFile> files = {{manifest.features, true}};
  if (manifest.rejected) files.push_back({*manifest.rejected, true});
  if (manifest.moments) files.push_back({*manifest.moments});
  if (manifest.inputs) files.push_back({*manifest.inputs, true});
  return files;
}

}  // namespace

void TableSize::add(const PartInfo& part) {
  rows += part.rows;
  bytes += part.bytes;
  parts.push_back(part.name);
}

TableSize& TableSize::operator+=(const TableSize& more) {
  rows += more.rows;
  bytes += more.bytes;
  std::ranges::copy(more.parts, std::back_inserter(parts));
  return *this;
}

void note_fault(std::string& first, const std::string& fault) {
  if (first.empty()) first = fault;
}

std::string gap_at(std::size_t shard) {
  return "shard " + std::to_string(shard) + " is missing or does not follow the one before it";
}

Result<GroupFindings> check_group(const Store& store, const RecordGroup& group) {
  GroupFindings found;
  for (std::size_t i = 0; i < group.manifests.size(); ++i) {
    VERGER_ASSIGN_OR_RETURN(const auto manifest, read_shard_manifest(store, group.manifests[i]));
    const Shard& shard = manifest.shard;
    if (i == 0) {
      found.first = shard.number;
      found.begin = found.end = shard.begin;
    }
    if (shard.number != found.first + i || shard.begin != found.end || shard.end < shard.begin) {
      note_fault(found.gap, gap_at(found.first + i));
    }
    found.end = shard.end;
    found.counts += manifest.counts;
    note_fault(found.unreconciled, unreconciled(manifest));
    found.features.add(manifest.features);
    if (manifest.rejected) found.rejected.add(*manifest.rejected);
    check_files(store, files_of(manifest), found);
  }
  check_files(store, group.files, found);
  return found;
}

}  // namespace verger

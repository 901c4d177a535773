// SPDX-License-Identifier: Apache-2.0
#include "shards/record_group.h"

#include <algorithm>
#include <iterator>

#include "base/numbers.h"
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
  return "shard " + format_count(manifest.shard.number) +
         " does not reconcile: listed is not features + rejected";
}

void check_files(const Store& store, const std::vector<RecordedFile>& files,
                 GroupFindings& findings) {
  for (const RecordedFile& file : files) {
    findings.files += 1;
    if (findings.file_fault.empty()) findings.file_fault = check_file(store, file).message();
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
  return "shard " + format_count(shard) + " is missing or does not follow the one before it";
}

Result<GroupFindings> check_group(const Store& store, const RecordGroup& group) {
  GroupFindings findings;
  for (std::size_t i = 0; i < group.manifests.size(); ++i) {
    VERGER_ASSIGN_OR_RETURN(const auto manifest, read_shard_manifest(store, group.manifests[i]));
    const Shard& shard = manifest.shard;
    if (i == 0) {
      findings.first = shard.number;
      findings.begin = findings.end = shard.begin;
    }
    if (shard.number != findings.first + i || shard.begin != findings.end ||
        shard.end < shard.begin) {
      note_fault(findings.gap, gap_at(findings.first + i));
    }
    findings.end = shard.end;
    findings.counts += manifest.counts;
    note_fault(findings.unreconciled, unreconciled(manifest));
    findings.features.add(manifest.features);
    if (manifest.rejected) findings.rejected.add(*manifest.rejected);
    check_files(store, files_of(manifest), findings);
  }
  check_files(store, group.files, findings);
  return findings;
}

}  // namespace verger

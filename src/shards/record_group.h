// SPDX-License-Identifier: Apache-2.0
// A part of an inspection that anyone can do by itself: are some of a result's records true?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "output/records_json.h"
#include "shards/file_check.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct RecordGroup {
  std::vector<std::string> manifests;  // names of the manifests of neighbouring shards
  std::vector<RecordedFile> files;     // that another record names
};

struct TableSize {
  int64_t rows = 0;
  int64_t bytes = 0;
  std::vector<std::string> parts{};  // their names, by shard

  void add(const PartInfo& part);
  TableSize& operator+=(const TableSize& more);
};

// What the records of a group say, and the first fault of each kind; "" where there is none.
struct GroupFindings {
  std::size_t first = 0;  // number of the first shard
  std::size_t begin = 0;  // images [begin, end) of the shards, where they follow one another
  std::size_t end = 0;
  std::string gap;           // a shard that does not follow the one before it
  std::string unreconciled;  // a shard whose counts are not those of its files
  std::string file_fault;    // a file that is not what its record says
  Counts counts;             // the shards' sum
  int64_t files = 0;         // how many were looked at
  TableSize features;
  TableSize rejected;
};

// Keeps the first fault that there is.
void note_fault(std::string& first, const std::string& fault);

// Reads each file of the group, in small pieces. kIo when a manifest cannot be read.
Result<GroupFindings> check_group(const Store& store, const RecordGroup& group);

// "shard 7 is missing or does not follow the one before it"
std::string gap_at(std::size_t shard);

}  // namespace verger

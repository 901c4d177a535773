// SPDX-License-Identifier: Apache-2.0
// Which images a shard is to be made of: the files of _verger/plan/ (docs/crew.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// A row an image, in every list that is there: those of what is in containers are empty or as long
// as the others.
struct PlanRows {
  std::vector<std::string> file;  // the image, or its container: its name below the input
  std::vector<int64_t> size;      // bytes of the file, as listed
  std::vector<int64_t> modified_ns;

  std::vector<std::string> path;  // where the image is in a container, as the tables show it
  std::vector<std::string> label;
  std::vector<int64_t> position;
  std::vector<int64_t> length;

  std::size_t count() const { return file.size(); }
  bool packed() const { return !path.empty(); }
};

Result<PartInfo> write_plan_part(Store& output, const std::string& name, const PlanRows& rows);

// All rows of a part, which must be the one that `part` describes, by size and SHA-256 (kIo).
Result<PlanRows> read_plan_part(const Store& store, const PartInfo& part);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// The checker and describer of a result.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/watch.h"
#include "crew/crew.h"
#include "output/run_record.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct TableDescription {
  std::string name;    // "features", "rejected", "pca"
  std::string folder;  // below the output; "" is the output itself
  int64_t parts = 0;
  int64_t rows = 0;
  int64_t bytes = 0;
  std::vector<std::pair<std::string, std::string>> columns;  // name, type
};

// One thing that must hold of a result.
struct Check {
  // "complete", "shards", "files", "strays", "counts", "reduction", "familiarity"
  std::string name;
  std::string detail;  // what was found
  bool ok = true;
};

// A row as people want to see it: the start of its vector.
struct HeadRow {
  std::string path;
  std::string label;
  std::vector<float> values;
};

struct Inspection {
  RunRecord record;
  std::vector<TableDescription> tables;
  std::vector<Check> checks;
  std::vector<HeadRow> head;     // the first rows of the features
  std::vector<double> spectrum;  // explained variance ratio of the components kept

  bool ok() const;
  nlohmann::json to_json() const;
};

// The crew recounts and re-hashes every file of the result in `place`. kIo when there is no result
// there at all, or a record of it cannot be read; what else is wrong is told by its checks. Keeps
// the names of the tables' parts, and of their records nothing.
Result<Inspection> inspect(const std::string& place, const StorageOptions& storage,
                           std::size_t head_rows, Crew& crew, Watch watch);

}  // namespace verger

// Is a file what its record says?
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "parquet/tables.h"
#include "storage/store.h"

namespace verger {

// Reads each file once. Not thread-safe.
class FileCheck {
 public:
  explicit FileCheck(const Store& store) : store_(store) {}  // borrowed

  // Why the file is not what its record says; "" when it is. `parquet`: its rows are counted too.
  std::string fault_of(const PartInfo& file, bool parquet);

  // Of a part that was found whole; else it has no columns.
  const PartSchema& schema_of(const PartInfo& part) { return schemas_[part.name]; }

  // Readable, and without a row?
  bool is_empty_part(const std::string& name) const;

 private:
  std::string rows_fault(const PartInfo& file, const std::vector<uint8_t>& bytes);

  const Store& store_;
  std::map<std::string, PartSchema> schemas_;
};

}  // namespace verger

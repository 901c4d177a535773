#include "inspect/file_check.h"

#include <utility>

#include "base/sha256.h"

namespace verger {

std::string FileCheck::fault_of(const PartInfo& file, bool parquet) {
  const auto bytes = store_.read(file.name);
  if (!bytes.ok()) return file.name + " is missing or unreadable";
  if (static_cast<int64_t>(bytes->size()) != file.bytes) {
    return file.name + " has " + std::to_string(bytes->size()) + " bytes, not " +
           std::to_string(file.bytes);
  }
  if (sha256_hex(*bytes) != file.sha256) return file.name + " is damaged: its SHA-256 differs";
  return parquet ? rows_fault(file, *bytes) : std::string();
}

std::string FileCheck::rows_fault(const PartInfo& file, const std::vector<uint8_t>& bytes) {
  auto schema = read_part_schema(bytes, store_.display_path(file.name));
  if (!schema.ok()) return file.name + " is not readable Parquet: " + schema.error().message();
  if (schema->rows != file.rows) {
    return file.name + " holds " + std::to_string(schema->rows) + " rows, not " +
           std::to_string(file.rows);
  }
  if (!schema->bad_text.empty()) {
    return file.name + " holds a text in '" + schema->bad_text + "' that is no UTF-8";
  }
  schemas_[file.name] = *std::move(schema);
  return {};
}

bool FileCheck::is_empty_part(const std::string& name) const {
  const auto bytes = store_.read(name);
  if (!bytes.ok()) return false;
  const auto schema = read_part_schema(*bytes, name);
  return schema.ok() && schema->rows == 0;
}

}  // namespace verger

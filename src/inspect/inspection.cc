// SPDX-License-Identifier: Apache-2.0
#include "inspect/inspection.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace verger {

using nlohmann::json;

namespace {

json table_json(const TableDescription& table) {
  json columns = json::object();
  for (const auto& [name, type] : table.columns) columns[name] = type;
  return {{"name", table.name}, {"folder", table.folder}, {"parts", table.parts},
          {"rows", table.rows}, {"bytes", table.bytes},   {"columns", columns}};
}

}  // namespace

bool Inspection::ok() const {
  return std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.ok; });
}

json Inspection::to_json() const {
  json document = {{"ok", ok()},
                   {"run", record.to_json()},
                   {"tables", json::array()},
                   {"checks", json::array()},
                   {"head", json::array()},
                   {"explained_variance_ratio", spectrum}};
  for (const auto& table : tables) document["tables"].push_back(table_json(table));
  for (const auto& check : checks) {
    document["checks"].push_back(
        {{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
  }
  for (const auto& row : head) {
    document["head"].push_back({{"path", row.path}, {"label", row.label}, {"values", row.values}});
  }
  return document;
}

}  // namespace verger

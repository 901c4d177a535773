// SPDX-License-Identifier: Apache-2.0
#include "plan/table_columns.h"
#include "base/option_name.h"

#include <algorithm>

namespace verger {

namespace {

using Kind = TableColumn::Kind;

std::optional<std::size_t> find(const std::vector<TableColumn>& columns, const std::string& path,
                                bool (*fits)(Kind)) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].path == path && fits(columns[i].kind)) return i;
  }
  return std::nullopt;
}

bool is_bytes(Kind kind) { return kind == Kind::kBytes; }
// ClickHouse and others write bytes as texts.
bool is_bytes_or_text(Kind kind) { return kind == Kind::kBytes || kind == Kind::kText; }

// Spark's image source holds decoded pixels: "image.data" beside "image.nChannels".
bool is_pixels(const std::vector<TableColumn>& columns, const std::string& path) {
  if (!path.ends_with(".data")) return false;
  const std::string beside = path.substr(0, path.rfind('.')) + ".nChannels";
  return std::ranges::find(columns, beside, &TableColumn::path) != columns.end();
}

std::optional<std::size_t> find_content(const std::vector<TableColumn>& columns,
                                        const std::string& image_column) {
  if (!image_column.empty()) return find(columns, image_column, is_bytes_or_text);
  for (const char* name : {"content", "image.bytes", "bytes"}) {
    if (const auto column = find(columns, name, is_bytes_or_text)) return column;
  }
  if (const auto column = find(columns, "image", is_bytes)) return column;
  std::optional<std::size_t> only;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].kind != Kind::kBytes || is_pixels(columns, columns[i].path)) continue;
    if (only) return std::nullopt;
    only = i;
  }
  return only;
}

constexpr std::size_t kMostColumns = 12;  // in a sentence

}  // namespace

Result<TableColumns> choose_columns(const std::vector<TableColumn>& columns,
                                    const InputOptions& options, bool labels_elsewhere) {
  TableColumns chosen;
  chosen.content = find_content(columns, options.image_column);
  if (!chosen.content) return chosen;
  chosen.path = find(columns, "path", [](Kind kind) { return kind == Kind::kText; });
  chosen.length = find(columns, "length", [](Kind kind) { return kind == Kind::kInteger; });
  const std::string label = options.label_column.empty() ? "label" : options.label_column;
  chosen.label =
      find(columns, label, [](Kind kind) { return kind == Kind::kText || kind == Kind::kInteger; });
  if (!chosen.label && !options.label_column.empty() && !labels_elsewhere) {
    return Status::io("it has no column '" + options.label_column +
                      "' of text or integers, where " + option_name("label_column") +
                      " says that the labels are");
  }
  return chosen;
}

std::string columns_text(const std::vector<TableColumn>& columns) {
  std::string text = "it has the columns ";
  for (std::size_t i = 0; i < std::min(columns.size(), kMostColumns); ++i) {
    text += (i == 0 ? "'" : ", '") + columns[i].path + "'";
  }
  return columns.empty()                  ? "it has no columns"
         : columns.size() <= kMostColumns ? text
                                          : text + ", …";
}

}  // namespace verger

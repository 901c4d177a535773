#include "plan/table_columns.h"

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

std::optional<std::size_t> find_content(const std::vector<TableColumn>& columns) {
  const auto is_bytes = [](Kind kind) { return kind == Kind::kBytes; };
  for (const char* name : {"content", "image.bytes", "bytes", "image"}) {
    if (const auto found = find(columns, name, is_bytes)) return found;
  }
  const auto only = std::ranges::find(columns, Kind::kBytes, &TableColumn::kind);
  if (only == columns.end() || std::ranges::count(columns, Kind::kBytes, &TableColumn::kind) != 1) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(only - columns.begin());
}

}  // namespace

Result<TableColumns> choose_columns(const std::vector<TableColumn>& columns,
                                    const std::string& label_column) {
  TableColumns chosen;
  const auto content = find_content(columns);
  if (!content) {
    return Status::io(
        "it has no column 'content', 'image.bytes', 'bytes' or 'image' of bytes, nor a single one "
        "of another name, that would hold the images");
  }
  chosen.content = *content;
  chosen.path = find(columns, "path", [](Kind kind) { return kind == Kind::kText; });
  chosen.length = find(columns, "length", [](Kind kind) { return kind == Kind::kInteger; });
  const std::string label = label_column.empty() ? "label" : label_column;
  chosen.label =
      find(columns, label, [](Kind kind) { return kind == Kind::kText || kind == Kind::kInteger; });
  if (!chosen.label && !label_column.empty()) {
    return Status::io("it has no column '" + label_column +
                      "' of text or integers, where --label-column says that the labels are");
  }
  return chosen;
}

}  // namespace verger

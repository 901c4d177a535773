// Which columns of a table hold the images, and what is told of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verger/status.h"

namespace verger {

// A column as far as the choice needs it. `path`: its names from the root, joined by dots.
struct TableColumn {
  std::string path;
  enum class Kind { kBytes, kText, kInteger, kOther } kind = Kind::kOther;
};

// Positions in the list of columns.
struct TableColumns {
  std::size_t content = 0;
  std::optional<std::size_t> path;    // text
  std::optional<std::size_t> label;   // text or integer
  std::optional<std::size_t> length;  // integer
};

// The images: "content" (Spark's binaryFile), "image.bytes" (Hugging Face's datasets), "bytes",
// "image", else the only column of bytes. Their paths and lengths: "path" and "length". Labels:
// `label_column`, else "label". kIo, one clause without the table's name, when it has no images or
// no such labels.
Result<TableColumns> choose_columns(const std::vector<TableColumn>& columns,
                                    const std::string& label_column);

}  // namespace verger

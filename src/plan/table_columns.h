// SPDX-License-Identifier: Apache-2.0
// Which columns of a table hold the images, and what is told of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// A column as far as the choice needs it. `path`: its names from the root, joined by dots.
struct TableColumn {
  std::string path;
  enum class Kind { kBytes, kText, kInteger, kOther } kind = Kind::kOther;
};

// Positions in the list of columns.
struct TableColumns {
  std::optional<std::size_t>
      content;                        // bytes, or text that is bytes; none: the table has no images
  std::optional<std::size_t> path;    // text
  std::optional<std::size_t> label;   // text or integer
  std::optional<std::size_t> length;  // integer
};

// The images: `image_column`, else "content" (Spark's binaryFile), "image.bytes" (Hugging Face's
// datasets), "bytes", "image", else the only column of bytes; but not the pixels of Spark's own
// image source. Their paths and lengths: "path" and "length". Labels: `label_column`, else "label".
// kIo, one clause without the table's name, when a table with images has no such labels, which a
// folder of the name "LABEL_COLUMN=…" may give in their place (`labels_elsewhere`).
Result<TableColumns> choose_columns(const std::vector<TableColumn>& columns,
                                    const InputOptions& options, bool labels_elsewhere);

// "it has the columns 'key' and 'url'": what a table without images has.
std::string columns_text(const std::vector<TableColumn>& columns);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// What a file's name says: whether it is an image to take, and its label.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/glob.h"
#include "verger/options.h"

namespace verger {

// Does Spark hide a file or folder of this name, without its folders? Those that begin with '.', or
// with '_' unless they hold '=', as the folders of a column of such a name do; and copies under
// way.
bool is_hidden(std::string_view name);

// The same of any part of a '/'-separated name.
bool has_hidden_part(std::string_view name);

// Names of files that are no images for sure, whatever they hold: marks of writers and of desktops,
// such as _SUCCESS and .DS_Store.
bool is_mark(std::string_view name);

// Which names are images': those that --pattern matches, or without it .jpg, .jpeg and .png in any
// case. Immutable, so thread-safe.
class ImageNames {
 public:
  // `pattern`: InputOptions' own, and valid.
  explicit ImageNames(const std::string& pattern);

  // `name`: '/'-separated; its last part counts. Hidden names are looked at like others.
  bool match(std::string_view name) const;
  bool by_pattern() const { return pattern_.has_value(); }

 private:
  std::optional<Glob> pattern_;
};

// The last part of a '/'-separated name.
std::string_view last_part(std::string_view name);

// The name of the folder that holds the file: "Test/Apple Red 1/3_100.jpg" → "Apple Red 1". For a
// file directly in the root it is the root folder's own name, so it needs the display path. Of a
// folder "label=Apple", above the file at any height, it is Apple: so Hive and Spark write tables
// by a column, with %20 and the like for what cannot stand in a folder's name. `column`:
// InputOptions' label_column, "" for label.
std::string label_of(std::string_view display_path, const std::string& column = "");
// The label that a folder above the file gives by such a name; none without one.
std::optional<std::string> partition_label(std::string_view display_path,
                                           const std::string& column = "");

}  // namespace verger

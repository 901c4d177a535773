// SPDX-License-Identifier: Apache-2.0
// What the names of containers and of their members say.
#pragma once

#include <string>
#include <string_view>

namespace verger {

// Is the file a container of the input? Told by its ending, .parquet, .arrow or .tar in any case.
bool is_container(const std::string& name);

// A name from outside becomes a text that leads nowhere: without empty, "." and ".." components.
std::string plain_name(std::string_view name);

// WebDataset's key of a member: its name up to the first dot behind the last slash.
std::string key_of(const std::string& name);

// The last part of the path of an image that a table names only by its number: of one width, so
// that the order of the texts is that of the rows.
std::string row_name(long long row);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace verger {

// A file that was made for this process: open for reading and writing, and closed when a program
// takes this one's place. Whoever has it closes and removes it.
struct MadeFile {
  int descriptor;
  std::string path;
};

// An empty file of a new name in `folder`; nullopt when there can be none, and errno says why.
std::optional<MadeFile> make_temporary(const std::filesystem::path& folder);

}  // namespace verger

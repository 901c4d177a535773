// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "verger/status.h"

namespace verger {

// A file that was made for this process: open for reading and writing, and closed when a program
// takes this one's place. Whoever has it closes and removes it.
struct MadeFile {
  int descriptor;
  std::string path;
};

// $TMPDIR, else /tmp.
std::string temporary_folder();

// An empty file of a new name in temporary_folder(). kIo, naming the folder, when there can be
// none.
Result<MadeFile> make_temporary();

}  // namespace verger

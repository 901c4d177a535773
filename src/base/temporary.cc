// SPDX-License-Identifier: Apache-2.0
#include "base/temporary.h"

#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace verger {

std::string temporary_folder() {
  const char* const named = std::getenv("TMPDIR");
  return named == nullptr || *named == '\0' ? "/tmp" : named;
}

Result<MadeFile> make_temporary() {
  const std::string folder = temporary_folder();
  std::string path = folder + "/verger-XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor >= 0) return MadeFile{descriptor, std::move(path)};
  return Status::io("Cannot make a file in the temporary folder " + folder + ": " +
                    std::generic_category().message(errno) +
                    "; set TMPDIR to a folder that can be written to.");
}

}  // namespace verger

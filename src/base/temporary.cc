// SPDX-License-Identifier: Apache-2.0
#include "base/temporary.h"

#include <fcntl.h>
#include <stdlib.h>

#include <utility>

namespace verger {

std::optional<MadeFile> make_temporary(const std::filesystem::path& folder) {
  std::string path = folder / "verger-XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  return MadeFile{descriptor, std::move(path)};
}

}  // namespace verger

// The images of a tar, and their labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/tar.h"
#include "verger/status.h"

namespace verger {

struct TarImage {
  TarMember member;
  std::optional<std::string> label;  // of WebDataset's member beside it; none: its folder's name
};

// By one pass over the headers. `pattern`: as is_image() takes it; `label_column`: the ending of
// the members with the labels, "" for cls, which need not be there. Errors are kIo, one clause
// without the tar's name.
Result<std::vector<TarImage>> list_tar_images(ForwardReader& reader, const std::string& pattern,
                                              const std::string& label_column);

}  // namespace verger

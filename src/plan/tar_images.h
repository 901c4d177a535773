// SPDX-License-Identifier: Apache-2.0
// The images of a tar, and their labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/tar.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct TarImage {
  TarMember member;
  std::optional<std::string> label;  // from WebDataset's member beside it; none: the folder's name
};

struct TarListing {
  std::vector<TarImage> images;
  TarEnd end = TarEnd::kMarked;
  int64_t hidden = 0;  // images of hidden names
};

// By one pass over the headers. Of the options the pattern counts, and as label_column the ending
// of the members with the labels, "" for cls, which need not be there. Errors are kIo, one clause
// without the tar's name.
Result<TarListing> list_tar_images(ForwardReader& reader, const InputOptions& options);

}  // namespace verger

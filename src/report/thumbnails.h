// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "storage/store.h"
#include "verger/options.h"

namespace verger {

// The image of this path, as the tables show it, as a JPEG of at most `side` pixels a side. None:
// it is not of `input`, or in a container of it, cannot be read, or has more than 50 million
// pixels.
std::optional<std::vector<uint8_t>> thumbnail_of(const Store& input, const std::string& path,
                                                 int side);

// Small pictures of images of `input`, as base64 of JPEG, by their paths: at most kThumbnailSide
// pixels a side. `paths` are as the tables show them. Images that cannot be read at once are left
// out, and so are those in containers, and those that remain after half a minute.
inline constexpr int kThumbnailSide = 56;
std::map<std::string, std::string> make_thumbnails(const std::string& input,
                                                   const StorageOptions& storage,
                                                   const std::vector<std::string>& paths,
                                                   int threads, const CancelToken& cancel);

}  // namespace verger

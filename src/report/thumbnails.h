#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "verger/options.h"

namespace verger {

// Small pictures of images of `input`, as base64 of JPEG, by their paths: at most kThumbnailSide
// pixels a side. `paths` are as the tables show them. Images that cannot be read at once are left
// out, and so are those in containers, and those that remain after half a minute.
inline constexpr int kThumbnailSide = 56;
std::map<std::string, std::string> make_thumbnails(const std::string& input,
                                                   const StorageOptions& storage,
                                                   const std::vector<std::string>& paths,
                                                   int threads, const CancelToken& cancel);

}  // namespace verger

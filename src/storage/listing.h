// INPUT → the sorted list of images.
#pragma once

#include <vector>

#include "plan/image_names.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// The files of `input` that match, in any order.
Status visit_images(const Store& input, const InputOptions& options, const FileVisitor& visitor);

// The same, sorted by the bytes of their names. No match is kIo, naming the
// pattern and the place.
Result<std::vector<FileEntry>> list_images(const Store& input, const InputOptions& options);

// kIo: there is no such image, naming the pattern and the place.
Status no_images(const Store& input, const InputOptions& options);

}  // namespace verger

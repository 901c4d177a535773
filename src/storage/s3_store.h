#pragma once

#include <memory>
#include <string>

#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Store::open() of s3://bucket/key, through Arrow's S3 filesystem. Files appear whole: an object is
// put, or its upload completed, at the commit. Objects that end in '/' stand for folders and are
// not listed.
Result<std::shared_ptr<Store>> open_s3_store(const std::string& place,
                                             const StorageOptions& options);

// close_storage() for S3. Fine when no S3 store was ever opened.
void close_s3();

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Store::open() of s3://bucket/key, which a person wrote as `typed`. Files appear whole: an object
// is put, or its upload completed, at the commit. Objects that end in '/' stand for folders and are
// not listed.
Result<std::shared_ptr<Store>> open_s3_store(const std::string& place, const std::string& typed,
                                             const StorageOptions& options);

}  // namespace verger

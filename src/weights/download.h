// SPDX-License-Identifier: Apache-2.0
// A download that is either the expected file or nothing.
#pragma once

#include <cstdint>
#include <string>

#include "base/cancel.h"
#include "verger/model.h"
#include "verger/status.h"

namespace verger {

struct DownloadLimits {
  // The program only ever uses HTTPS; a test's own server may be plain.
  bool https_only = true;
  int64_t max_bytes = 64 << 20;
};

// Downloads `file.url`, an object of a public bucket that speaks S3, to folder/file.file_name,
// replacing what is there, after checking its SHA-256 (if known). The folder is made when absent.
// Errors are half a sentence, for no_weights_message(): kModel, or kCancelled. `cancel` may be
// null. Thread-safe.
Status download(const OfficialWeights& file, const std::string& folder, const CancelToken* cancel,
                const DownloadLimits& limits = {});

}  // namespace verger

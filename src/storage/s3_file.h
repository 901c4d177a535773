// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arrow/io/interfaces.h>

#include <cstdint>
#include <memory>
#include <string>

#include "s3/client.h"

namespace verger {

// An object of so many bytes, read by ranges. Thread-safe for ReadAt().
std::shared_ptr<arrow::io::RandomAccessFile> open_s3_file(std::shared_ptr<S3Client> client,
                                                          std::string key, int64_t size);

}  // namespace verger

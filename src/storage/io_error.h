// SPDX-License-Identifier: Apache-2.0
// Errors of files as one sentence: "Cannot read file:/a/b.jpg: permission denied."
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "verger/status.h"

namespace arrow {
class Status;
}

namespace verger {

// kIo. `action` completes "Cannot …"; `error` is an errno.
Status io_error(std::string_view action, const std::string& path, int error);

// The same of an Arrow status, by its errno when it carries one; kCancelled of one that is.
Status io_error(std::string_view action, const std::string& path, const arrow::Status& error);

struct FileEntry;

// kIo when a file has not as many bytes as were listed.
Status check_size(int64_t bytes, const FileEntry& listed, const std::string& path);

}  // namespace verger

#pragma once

#include <arrow/io/interfaces.h>

#include <memory>

namespace verger {

// An object of S3 whose every read is tried again when its answer came damaged or short. Arrow
// reads into the caller's buffer, and takes it for an internal failure when what comes is longer
// than was asked for, as a busy server's error page is; and it may take a short answer for the
// whole. Thread-safe for ReadAt().
std::shared_ptr<arrow::io::RandomAccessFile> retrying_file(
    std::shared_ptr<arrow::io::RandomAccessFile> object, int retries);

}  // namespace verger

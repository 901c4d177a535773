// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arrow/io/interfaces.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/sha256.h"

namespace verger {

// Counts and hashes the bytes on their way to another stream, so that a file need not be read again
// to be known.
class HashingStream final : public arrow::io::OutputStream {
 public:
  explicit HashingStream(std::shared_ptr<arrow::io::OutputStream> to);

  arrow::Status Write(const void* data, int64_t size) override;
  arrow::Status Write(const std::shared_ptr<arrow::Buffer>& data) override;
  arrow::Status Flush() override;
  arrow::Status Close() override;
  arrow::Result<int64_t> Tell() const override;
  bool closed() const override;

  int64_t bytes() const { return bytes_; }
  std::string finish() { return sha256_.finish(); }  // the hash in hex; once

 private:
  const std::shared_ptr<arrow::io::OutputStream> to_;
  Sha256 sha256_;
  int64_t bytes_ = 0;
};

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "parquet/hashing_stream.h"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <span>
#include <utility>

namespace verger {

HashingStream::HashingStream(std::shared_ptr<arrow::io::OutputStream> to) : to_(std::move(to)) {}

arrow::Status HashingStream::Write(const void* data, int64_t size) {
  sha256_.update(std::span(static_cast<const uint8_t*>(data), static_cast<std::size_t>(size)));
  bytes_ += size;
  return to_->Write(data, size);
}

arrow::Status HashingStream::Write(const std::shared_ptr<arrow::Buffer>& data) {
  return Write(data->data(), data->size());
}

arrow::Status HashingStream::Flush() { return to_->Flush(); }

arrow::Status HashingStream::Close() { return to_->Close(); }

arrow::Result<int64_t> HashingStream::Tell() const { return bytes_; }

bool HashingStream::closed() const { return to_->closed(); }

}  // namespace verger

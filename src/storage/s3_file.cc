// SPDX-License-Identifier: Apache-2.0
#include "storage/s3_file.h"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <span>
#include <utility>

#include "s3/s3_error.h"

namespace verger {

namespace {

class S3File final : public arrow::io::RandomAccessFile {
 public:
  S3File(std::shared_ptr<S3Client> client, std::string key, int64_t size)
      : client_(std::move(client)), key_(std::move(key)), size_(size) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Result<int64_t> GetSize() override { return size_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }

  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    bytes = std::clamp<int64_t>(size_ - position, 0, bytes);
    if (bytes == 0) return 0;
    const std::span into(static_cast<uint8_t*>(out), static_cast<std::size_t>(bytes));
    const S3Answer answer = client_->get(key_, position, into);
    if (answer.cancelled) return arrow::Status::Cancelled("Interrupted.");
    if (!answer.ok()) return arrow::Status::IOError(s3_cause(answer));
    return bytes;
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    bytes = std::clamp<int64_t>(size_ - position, 0, bytes);
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(bytes));
    ARROW_RETURN_NOT_OK(ReadAt(position, bytes, buffer->mutable_data()));
    return buffer;
  }

  arrow::Result<int64_t> Read(int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadAt(position_, bytes, out));
    position_ += got;
    return got;
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }

 private:
  const std::shared_ptr<S3Client> client_;
  const std::string key_;
  const int64_t size_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> open_s3_file(std::shared_ptr<S3Client> client,
                                                          std::string key, int64_t size) {
  return std::make_shared<S3File>(std::move(client), std::move(key), size);
}

}  // namespace verger

#include "storage/s3_file.h"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "storage/s3_retry.h"

namespace verger {

namespace {

bool is_damaged_answer(const arrow::Status& error) {
  return error.message().find("response stream") != std::string::npos;
}

class RetryingFile final : public arrow::io::RandomAccessFile {
 public:
  RetryingFile(std::shared_ptr<arrow::io::RandomAccessFile> object, int retries)
      : object_(std::move(object)), retries_(retries) {}

  arrow::Status Close() override { return object_->Close(); }
  bool closed() const override { return object_->closed(); }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Result<int64_t> GetSize() override { return object_->GetSize(); }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }

  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t size, GetSize());
    const int64_t expected = std::clamp<int64_t>(size - position, 0, bytes);
    S3Backoff backoff(retries_);
    for (int attempt = 0;; ++attempt) {
      const auto got = object_->ReadAt(position, bytes, out);
      const bool damaged = got.ok() ? *got < expected : is_damaged_answer(got.status());
      if (!damaged || attempt >= retries_) return got;
      const int64_t pause = backoff.CalculateDelayBeforeNextRetry({}, attempt);
      std::this_thread::sleep_for(std::chrono::milliseconds(pause));
    }
  }

  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(bytes));
    ARROW_ASSIGN_OR_RAISE(const int64_t got, ReadAt(position, bytes, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
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
  const std::shared_ptr<arrow::io::RandomAccessFile> object_;
  const int retries_;
  int64_t position_ = 0;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> retrying_file(
    std::shared_ptr<arrow::io::RandomAccessFile> object, int retries) {
  return std::make_shared<RetryingFile>(std::move(object), retries);
}

}  // namespace verger

#include "storage/s3_file.h"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <string_view>
#include <thread>
#include <utility>

#include "storage/s3_retry.h"

namespace verger {

namespace {

constexpr int kSureAfter = 3;  // looks at a read whose last bytes may have come by chance

bool is_damaged_answer(const arrow::Status& error) {
  return error.message().find("response stream") != std::string::npos;
}

// The end of the buffer that an answer is to fill, in which bytes of no meaning stand before. An
// answer is written from its front, so if the last of them changed, all of it came. They may also
// be what the object holds there, once in 256 reads; then another read, over others, tells.
class Tail {
 public:
  Tail(uint8_t* buffer, int64_t size)
      : size_(static_cast<std::size_t>(std::min<int64_t>(size, kMost))),
        at_(buffer + (size - static_cast<int64_t>(size_))) {
    thread_local std::minstd_rand random(std::random_device{}());
    for (uint8_t& byte : before_) byte = static_cast<uint8_t>(random() >> 8);
    std::memcpy(at_, before_.data(), size_);
  }

  bool overwritten() const { return size_ == 0 || at_[size_ - 1] != before_[size_ - 1]; }
  // None of it changed, which chance does once in 2⁶⁴ reads.
  bool untouched() const { return size_ == kMost && std::memcmp(at_, before_.data(), size_) == 0; }

 private:
  static constexpr std::size_t kMost = 8;
  std::array<uint8_t, kMost> before_;
  std::size_t size_;
  uint8_t* at_;
};

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
    bytes = std::clamp<int64_t>(size - position, 0, bytes);
    S3Backoff backoff(retries_);
    for (int attempt = 0;; ++attempt) {
      const auto got = read_whole(position, bytes, static_cast<uint8_t*>(out));
      const bool damaged = got.ok() ? *got < bytes : is_damaged_answer(got.status());
      if (!damaged) return got;
      if (attempt >= retries_) return got.ok() ? short_answer(bytes) : got;
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
  // 0 when fewer bytes came than were asked for, which Arrow does not say: it counts those of the
  // buffer.
  arrow::Result<int64_t> read_whole(int64_t position, int64_t bytes, uint8_t* out) const {
    if (bytes == 0) return 0;
    for (int look = 0; look < kSureAfter; ++look) {
      const Tail tail(out, bytes);
      ARROW_ASSIGN_OR_RAISE(const int64_t got, object_->ReadAt(position, bytes, out));
      if (got < bytes || tail.overwritten()) return got;
      if (tail.untouched()) break;
    }
    return 0;
  }

  static arrow::Status short_answer(int64_t bytes) {
    return arrow::Status::IOError("the server sent fewer than the ", bytes,
                                  " bytes that it was asked for");
  }

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

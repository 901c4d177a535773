// SPDX-License-Identifier: Apache-2.0
#include "storage/s3_pending_file.h"

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "s3/s3_error.h"
#include "storage/io_error.h"

namespace verger {

namespace {

constexpr std::size_t kPart = std::size_t{10} << 20;
// S3 takes 10,000 parts. So that they suffice, a part is as large as so many of those before it
// say: 50 TB, ten times of what an object may have.
constexpr std::size_t kPartsOfOneSize = 1000;
constexpr std::size_t kUnderWay = 4;

class S3Stream final : public arrow::io::OutputStream {
 public:
  S3Stream(std::shared_ptr<S3Client> client, std::string key)
      : client_(std::move(client)), key_(std::move(key)) {}
  ~S3Stream() override { drop(); }

  arrow::Status Write(const void* data, int64_t size) override {
    const auto* bytes = static_cast<const uint8_t*>(data);
    written_ += size;
    while (size > 0) {
      // The last part is kept back: an object that fits into one is put by one request.
      if (buffer_.size() == part_size()) ARROW_RETURN_NOT_OK(send_part());
      const auto room = static_cast<int64_t>(part_size() - buffer_.size());
      const int64_t taken = std::min(size, room);
      buffer_.insert(buffer_.end(), bytes, bytes + taken);
      bytes += taken;
      size -= taken;
    }
    return arrow::Status::OK();
  }
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return written_; }

  // Makes the object visible. What failed, or a conflict with `condition`, is in the answer.
  S3Answer finish(const Precondition& condition) {
    if (upload_.empty()) return client_->put(key_, buffer_, condition);
    if (auto failed = finish_parts()) return *std::move(failed);
    S3Answer answer = client_->complete_upload(key_, upload_, etags_);
    if (answer.ok()) upload_.clear();
    return answer;
  }

 private:
  using Sent = Result<std::string, S3Answer>;

  std::size_t part_size() const { return kPart * (1 + number_ / kPartsOfOneSize); }

  arrow::Status send_part() {
    if (upload_.empty()) {
      auto begun = client_->begin_upload(key_);
      if (!begun.ok()) return arrow::Status::IOError(s3_cause(begun.error()));
      upload_ = *std::move(begun);
    }
    while (sending_.size() >= kUnderWay) {
      if (const auto failed = await_part()) return arrow::Status::IOError(s3_cause(*failed));
    }
    const int number = static_cast<int>(++number_);
    sending_.push_back(std::async(std::launch::async, [this, number, part = std::move(buffer_)] {
      return client_->put_part(key_, upload_, number, part);
    }));
    buffer_ = {};
    return arrow::Status::OK();
  }

  // The oldest part that is under way; what failed.
  std::optional<S3Answer> await_part() {
    Sent sent = sending_.front().get();
    sending_.pop_front();
    if (!sent.ok()) return std::move(sent).error();
    etags_.push_back(*std::move(sent));
    return std::nullopt;
  }

  std::optional<S3Answer> finish_parts() {
    if (!buffer_.empty()) {
      auto last = client_->put_part(key_, upload_, static_cast<int>(++number_), buffer_);
      while (!sending_.empty()) {
        if (auto failed = await_part()) return failed;
      }
      if (!last.ok()) return std::move(last).error();
      etags_.push_back(*std::move(last));
      buffer_ = {};
    }
    return std::nullopt;
  }

  void drop() {
    for (auto& part : sending_) part.wait();
    if (!upload_.empty()) client_->abort_upload(key_, upload_);
  }

  const std::shared_ptr<S3Client> client_;
  const std::string key_;
  std::vector<uint8_t> buffer_;
  int64_t written_ = 0;
  bool closed_ = false;
  std::string upload_;      // "" while there is none
  std::size_t number_ = 0;  // that of the last part that was begun
  std::deque<std::future<Sent>> sending_;
  std::vector<std::string> etags_;
};

class S3PendingFile final : public PendingFile {
 public:
  S3PendingFile(std::shared_ptr<S3Client> client, std::string key, std::string place)
      : place_(std::move(place)),
        stream_(std::make_shared<S3Stream>(std::move(client), std::move(key))) {}

  std::shared_ptr<arrow::io::OutputStream> stream() override { return stream_; }

  Status commit() override {
    const S3Answer answer = stream_->finish({});
    return answer.ok() ? Status() : s3_error("write", place_, answer);
  }

  Result<FileVersion> commit_over(const FileVersion& expected) override {
    using Kind = Precondition::Kind;
    const Precondition condition{.kind = expected ? Kind::kVersion : Kind::kAbsent,
                                 .etag = expected.value_or("")};
    const S3Answer answer = stream_->finish(condition);
    if (answer.ok()) return FileVersion(answer.etag());
    // An absent object is If-Match's answer, where none stands any more.
    if (answer.is_conflict() || (expected && answer.is_absent())) return FileVersion();
    return s3_error("write", place_, answer);
  }

 private:
  const std::string place_;
  const std::shared_ptr<S3Stream> stream_;
};

}  // namespace

std::unique_ptr<PendingFile> new_s3_file(std::shared_ptr<S3Client> client, std::string key,
                                         std::string place) {
  return std::make_unique<S3PendingFile>(std::move(client), std::move(key), std::move(place));
}

}  // namespace verger

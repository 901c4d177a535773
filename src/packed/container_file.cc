// SPDX-License-Identifier: Apache-2.0
#include "packed/container_file.h"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "parquet/part_file.h"

namespace verger {

namespace {

class ClampedFile final : public arrow::io::RandomAccessFile {
 public:
  explicit ClampedFile(std::shared_ptr<arrow::io::RandomAccessFile> file)
      : file_(std::move(file)) {}

  arrow::Status Close() override { return file_->Close(); }
  bool closed() const override { return file_->closed(); }
  arrow::Result<int64_t> Tell() const override { return file_->Tell(); }
  arrow::Result<int64_t> GetSize() override { return file_->GetSize(); }
  arrow::Status Seek(int64_t position) override { return file_->Seek(position); }

  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(bytes, clamp(position, bytes));
    return file_->ReadAt(position, bytes, out);
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(bytes, clamp(position, bytes));
    return file_->ReadAt(position, bytes);
  }
  arrow::Result<int64_t> Read(int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(bytes, clamp(bytes));
    return file_->Read(bytes, out);
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(bytes, clamp(bytes));
    return file_->Read(bytes);
  }

 private:
  arrow::Result<int64_t> clamp(int64_t position, int64_t bytes) {
    ARROW_ASSIGN_OR_RAISE(const int64_t size, GetSize());
    if (position < 0 || position > size || bytes < 0) {
      return arrow::Status::Invalid("it names bytes that are beyond its end");
    }
    return std::min(bytes, size - position);
  }
  arrow::Result<int64_t> clamp(int64_t bytes) {
    ARROW_ASSIGN_OR_RAISE(const int64_t position, Tell());
    return clamp(position, bytes);
  }

  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
};

}  // namespace

std::shared_ptr<arrow::io::RandomAccessFile> clamped_file(
    std::shared_ptr<arrow::io::RandomAccessFile> file) {
  return std::make_shared<ClampedFile>(std::move(file));
}

ForwardReader forward_reader(arrow::io::RandomAccessFile& file, int64_t size, int64_t read_ahead) {
  const auto fill = [&file](int64_t offset, std::span<uint8_t> to) -> Status {
    const auto wanted = static_cast<int64_t>(to.size());
    const auto got = file.ReadAt(offset, wanted, to.data());
    if (!got.ok()) return Status::io(got.status().message());
    return *got == wanted ? Status() : Status::io("it became shorter while it was read");
  };
  return {fill, size, read_ahead};
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> ContainerFile::open() const {
  VERGER_ASSIGN_OR_RETURN(auto file, store->open_listed(entry));
  return clamped_file(std::move(file));
}

Status ContainerFile::error(std::string_view cause) const { return part_error(shown(), cause); }

Status ContainerFile::error(const std::string& image, std::string_view cause) const {
  return part_error(image + " of " + shown(), cause);
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "storage/s3_file.h"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace verger {
namespace {

using testing::HasSubstr;

// As Arrow's own object: it says that all came that was asked for, however much did.
class HalfObject final : public arrow::io::RandomAccessFile {
 public:
  // The first `short_answers` reads bring `share` of the bytes.
  HalfObject(std::string bytes, int short_answers, double share)
      : bytes_(std::move(bytes)), short_answers_(short_answers), share_(share) {}

  arrow::Status Close() override { return {}; }
  bool closed() const override { return false; }
  arrow::Result<int64_t> Tell() const override { return 0; }
  arrow::Status Seek(int64_t /*position*/) override { return {}; }
  arrow::Result<int64_t> GetSize() override { return static_cast<int64_t>(bytes_.size()); }
  arrow::Result<int64_t> Read(int64_t /*bytes*/, void* /*out*/) override { return 0; }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t /*bytes*/) override {
    return std::make_shared<arrow::Buffer>(std::string());
  }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    const bool whole = reads++ >= short_answers_;
    const auto come = whole ? bytes : static_cast<int64_t>(static_cast<double>(bytes) * share_);
    std::memcpy(out, bytes_.data() + position, static_cast<std::size_t>(come));
    return bytes;
  }

  int reads = 0;

 private:
  const std::string bytes_;
  const int short_answers_;
  const double share_;
};

std::string text(const arrow::Result<std::shared_ptr<arrow::Buffer>>& read) {
  return read.ok() ? (*read)->ToString() : read.status().message();
}

TEST(RetryingFile, ReadsAgainWhatCameShort) {
  const std::string bytes = "not a whole photograph yet, but nearly";
  for (const double share : {0.0, 0.5, 0.99}) {
    const auto object = std::make_shared<HalfObject>(bytes, 1, share);
    EXPECT_EQ(text(retrying_file(object, 1)->ReadAt(4, 30)), bytes.substr(4, 30)) << share;
    EXPECT_GE(object->reads, 2);
  }
}

TEST(RetryingFile, SaysThatBytesNeverCame) {
  const auto object = std::make_shared<HalfObject>(std::string(1000, '\0'), 1000, 0.5);
  EXPECT_THAT(text(retrying_file(object, 1)->ReadAt(0, 1000)), HasSubstr("fewer than the 1000"));
}

TEST(RetryingFile, TakesEveryByteThatAnObjectMayEndWith) {
  int reads = 0;
  for (int last = 0; last < 256; ++last) {
    const std::string bytes(20, static_cast<char>(last));
    const auto object = std::make_shared<HalfObject>(bytes, 0, 1);
    const auto file = retrying_file(object, 3);
    EXPECT_EQ(text(file->ReadAt(0, 20)), bytes);
    EXPECT_EQ(text(file->ReadAt(19, 50)), bytes.substr(19));  // no further than its end
    EXPECT_EQ(text(file->ReadAt(20, 5)), "");
    reads += object->reads;
  }
  EXPECT_LT(reads, 2 * 256 + 40);  // rarely twice
}

}  // namespace
}  // namespace verger

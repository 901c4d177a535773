#pragma once

#include <arrow/filesystem/s3fs.h>

#include <cstdint>

namespace verger {

// Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015): before
// retry n the client sleeps for a random time up to min(kLongest, kShortest · 2ⁿ). Thread-safe.
class S3Backoff final : public arrow::fs::S3RetryStrategy {
 public:
  static constexpr int64_t kShortest = 100;  // milliseconds
  static constexpr int64_t kLongest = 10'000;

  explicit S3Backoff(int retries) : retries_(retries) {}

  bool ShouldRetry(const AWSErrorDetail& error, int64_t attempted_retries) override;
  int64_t CalculateDelayBeforeNextRetry(const AWSErrorDetail& error,
                                        int64_t attempted_retries) override;

 private:
  const int64_t retries_;
};

}  // namespace verger

#include "storage/s3_retry.h"

#include <algorithm>
#include <random>

#include "storage/s3_error.h"

namespace verger {

bool S3Backoff::ShouldRetry(const AWSErrorDetail& error, int64_t attempted_retries) {
  return error.should_retry && !is_untrusted(error.message) && attempted_retries < retries_;
}

int64_t S3Backoff::CalculateDelayBeforeNextRetry(const AWSErrorDetail& /*error*/,
                                                 int64_t attempted_retries) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int64_t doublings = std::clamp<int64_t>(attempted_retries, 0, 20);
  const int64_t longest = std::min(kLongest, kShortest << doublings);
  return std::uniform_int_distribution<int64_t>(0, longest)(random);
}

}  // namespace verger

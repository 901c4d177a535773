// SPDX-License-Identifier: Apache-2.0
#include "s3/s3_answer.h"

#include <utility>

#include "s3/answers.h"

namespace verger {

namespace {

bool passes(const S3Answer& answer) {
  switch (answer.status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    case 409:
      return answer.code == "ConditionalRequestConflict" || answer.code == "OperationAborted";
    default:
      return answer.code == "RequestTimeout" || answer.code == "SlowDown" ||
             answer.code == "InternalError" || answer.code == "ServiceUnavailable";
  }
}

}  // namespace

S3Answer answer_of(HttpAnswer http, const std::string& region) {
  S3Answer answer{.status = http.status, .http = std::move(http)};
  answer.failed = answer.status / 100 != 2;
  if (!answer.failed) return answer;
  S3Complaint complaint = parse_complaint(answer.http.body);
  answer.code = std::move(complaint.code);
  answer.message = std::move(complaint.message);
  answer.region = answer.http.header("x-amz-bucket-region");
  if (answer.region.empty()) answer.region = std::move(complaint.region);
  if (answer.region == region) answer.region.clear();
  answer.may_pass = passes(answer);
  return answer;
}

S3Answer answer_of(Fault fault) {
  return {.cause = std::move(fault.cause),
          .failed = true,
          .may_pass = fault.may_pass,
          .cancelled = fault.cancelled};
}

void fail(S3Answer& answer, std::string cause, bool may_pass) {
  answer.failed = true;
  answer.cause = std::move(cause);
  answer.may_pass = may_pass;
}

}  // namespace verger

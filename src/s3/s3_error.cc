// SPDX-License-Identifier: Apache-2.0
#include "s3/s3_error.h"
#include "base/numbers.h"
#include "base/option_name.h"

#include <algorithm>
#include <array>

namespace verger {

namespace {

struct Cause {
  std::string_view code;
  std::string_view sentence;
};

constexpr std::string_view kUnknownKey =
    "the server does not know the access key; check AWS_ACCESS_KEY_ID";
constexpr std::string_view kExpired = "the session's credentials have expired; sign in anew";
constexpr std::string_view kBusy = "the server is too busy";
constexpr std::string_view kArchived = "the object is in an archive; restore it first";

constexpr auto kCauses = std::to_array<Cause>({
    {"InvalidAccessKeyId", kUnknownKey},
    {"InvalidClientTokenId", kUnknownKey},
    {"SignatureDoesNotMatch",
     "the secret key does not fit the access key; check AWS_SECRET_ACCESS_KEY"},
    {"ExpiredToken", kExpired},
    {"TokenRefreshRequired", kExpired},
    {"NoSuchBucket", "there is no such bucket"},
    {"NoSuchKey", "no such object"},
    {"RequestTimeTooSkewed", "this machine's clock is off; set it"},
    {"InvalidObjectState", kArchived},
    {"InvalidRange", "it is shorter by now than it was"},
    {"SlowDown", kBusy},
    {"ServiceUnavailable", kBusy},
    {"InternalError", "the server had an internal failure"},
});

std::string denied(const S3Answer& answer) {
  std::string text = "access is denied to these credentials";
  if (!answer.paid)
    text += "; if it is a bucket whose readers pay, give " + option_set("s3_requester_pays");
  return text;
}

bool is_elsewhere(const S3Answer& answer) {
  return answer.status == 301 || answer.status == 307 ||
         answer.code == "AuthorizationHeaderMalformed" ||
         answer.code == "IllegalLocationConstraintException" ||
         (answer.status == 400 && answer.code.empty() && !answer.region.empty());
}

}  // namespace

std::string s3_cause(const S3Answer& answer) {
  if (!answer.cause.empty()) return answer.cause;
  const auto* const known = std::ranges::find(kCauses, answer.code, &Cause::code);
  if (known != kCauses.end()) return std::string(known->sentence);
  if (is_elsewhere(answer)) {
    return answer.region.empty()
               ? "the bucket is in another region; give " + option_name("s3_region")
               : "the bucket is in the region " + answer.region + "; give " +
                     option_name("s3_region");
  }
  if (answer.status == 403) return denied(answer);
  if (answer.status == 404) return "no such object";
  if (answer.status == 503 || answer.status == 429) return std::string(kBusy);
  if (!answer.message.empty()) return answer.message;
  return "the server answers with status " + format_count(answer.status);
}

Status s3_error(std::string_view action, const std::string& place, const S3Answer& answer) {
  if (answer.cancelled) return Status::cancelled("Interrupted.");
  return Status::io("Cannot " + std::string(action) + " " + place + ": " + s3_cause(answer) + ".");
}

}  // namespace verger

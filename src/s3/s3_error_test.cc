// SPDX-License-Identifier: Apache-2.0
#include "s3/s3_error.h"

#include <gmock/gmock.h>

namespace verger {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(S3Error, SaysTheCauseInOneSentence) {
  const auto said = [](S3Answer answer) {
    answer.failed = true;
    return s3_error("list", "s3://b/k", answer).message();
  };
  EXPECT_EQ(said({.status = 403, .code = "InvalidAccessKeyId", .message = "AKIAX is unknown"}),
            "Cannot list s3://b/k: the server does not know the access key; check "
            "AWS_ACCESS_KEY_ID.");
  EXPECT_THAT(said({.status = 403, .code = "SignatureDoesNotMatch"}),
              HasSubstr("AWS_SECRET_ACCESS_KEY"));
  EXPECT_THAT(said({.status = 400, .code = "ExpiredToken"}), HasSubstr("expired"));
  EXPECT_THAT(said({.status = 403, .code = "InvalidObjectState"}), HasSubstr("archive"));
  EXPECT_THAT(said({.status = 403, .code = "AccessDenied", .message = "User AKIAX may not"}),
              Not(HasSubstr("AKIAX")));
  EXPECT_EQ(said({.status = 418, .code = "Teapot", .message = "Tea"}),
            "Cannot list s3://b/k: Tea.");
  EXPECT_EQ(said({.status = 418}), "Cannot list s3://b/k: the server answers with status 418.");
}

}  // namespace
}  // namespace verger

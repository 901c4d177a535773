#include <arrow/status.h>
#include <gmock/gmock.h>

#include <cstdlib>

#include "storage/s3_error.h"
#include "storage/s3_place.h"
#include "storage/s3_retry.h"
#include "storage/store.h"

namespace verger {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(S3Place, IsABucketAndAKeyTakenLiterally) {
  EXPECT_EQ(parse_s3_place("s3://p8-data").value().bucket, "p8-data");
  EXPECT_EQ(parse_s3_place("s3://p8-data/").value().key, "");
  const auto place = parse_s3_place("s3://p8-data//Test/Apple%20 é/").value();
  EXPECT_EQ(place.bucket, "p8-data");
  EXPECT_EQ(place.key, "Test/Apple%20 é");
  EXPECT_EQ(parse_s3_place("s3a://p8-data/Test").value().key, "Test");
  for (const char* bad : {"s3://", "s3:///key", "s3:bucket", "s3a:///key", "s3n://bucket/key"}) {
    EXPECT_EQ(parse_s3_place(bad).error().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(S3Place, TakesTheEndpointOfS3BeforeTheGeneralOne) {
  unsetenv("AWS_REGION");
  setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
  setenv("AWS_ENDPOINT_URL", "http://general:1/", 1);
  EXPECT_EQ(with_environment({}).value().s3_endpoint, "http://general:1");
  EXPECT_EQ(with_environment({}).value().s3_region, "eu-west-1");
  setenv("AWS_ENDPOINT_URL_S3", "http://s3:2", 1);
  EXPECT_EQ(with_environment({}).value().s3_endpoint, "http://s3:2");
  StorageOptions mine;
  mine.s3_endpoint = "http://mine:3";
  EXPECT_EQ(with_environment(mine).value().s3_endpoint, "http://mine:3");
  setenv("AWS_ENDPOINT_URL_S3", "ftp://s3", 1);
  EXPECT_FALSE(with_environment({}).ok());
  for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"}) {
    unsetenv(name);
  }
}

std::string sentence(const std::string& arrow_text) {
  return s3_error("list", "s3://b/k", arrow::Status::IOError(arrow_text)).message();
}

TEST(S3Error, SaysTheCauseInOneSentence) {
  EXPECT_EQ(sentence("When listing objects under key 'k' in bucket 'b': AWS Error "
                     "INVALID_ACCESS_KEY_ID during ListObjectsV2 operation: The AWS Access Key Id "
                     "AKIAX you provided does not exist."),
            "Cannot list s3://b/k: the server does not know the access key; check "
            "AWS_ACCESS_KEY_ID.");
  EXPECT_THAT(sentence("AWS Error SIGNATURE_DOES_NOT_MATCH during PutObject operation: x"),
              HasSubstr("AWS_SECRET_ACCESS_KEY"));
  EXPECT_THAT(sentence("AWS Error UNKNOWN (HTTP status 400) during HeadObject operation: Unable to "
                       "parse ExceptionName: ExpiredToken Message: gone"),
              HasSubstr("expired"));
  EXPECT_EQ(sentence("AWS Error UNKNOWN (HTTP status 418) during X operation: Tea.\nmore"),
            "Cannot list s3://b/k: Tea.");
}

TEST(S3Error, DoesNotRepeatAnAccessKey) {
  EXPECT_THAT(sentence("AWS Error ACCESS_DENIED during X operation: User AKIAX is not allowed"),
              Not(HasSubstr("AKIAX")));
}

TEST(S3Backoff, RetriesWhatMayPassWithinItsBounds) {
  S3Backoff backoff(3);
  const S3Backoff::AWSErrorDetail busy{0, "", "SlowDown", true};
  const S3Backoff::AWSErrorDetail denied{0, "", "AccessDenied", false};
  EXPECT_TRUE(backoff.ShouldRetry(busy, 2));
  EXPECT_FALSE(backoff.ShouldRetry(busy, 3));
  EXPECT_FALSE(backoff.ShouldRetry(denied, 0));
  const S3Backoff::AWSErrorDetail stranger{0, "curlCode: 60, SSL peer certificate", "", true};
  EXPECT_FALSE(backoff.ShouldRetry(stranger, 0));
  int64_t longest = 0;
  for (int attempt = 0; attempt < 60; ++attempt) {
    for (int i = 0; i < 50; ++i) {
      const int64_t delay = backoff.CalculateDelayBeforeNextRetry(busy, attempt);
      EXPECT_GE(delay, 0);
      EXPECT_LE(delay,
                std::min(S3Backoff::kLongest, S3Backoff::kShortest << std::min(attempt, 20)));
      longest = std::max(longest, delay);
    }
  }
  EXPECT_GT(longest, S3Backoff::kLongest / 2);
}

TEST(S3Store, OtherSchemesAreRefused) {
  EXPECT_EQ(Store::open("gs://bucket/key").error().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Store::open("s3://").error().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace verger

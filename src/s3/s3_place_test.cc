// SPDX-License-Identifier: Apache-2.0
#include "s3/s3_place.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace verger {
namespace {

TEST(S3Place, IsABucketAndAKeyTakenLiterally) {
  EXPECT_EQ(parse_s3_place("s3://p8-data").value().bucket, "p8-data");
  EXPECT_EQ(parse_s3_place("s3://p8-data/").value().key, "");
  const auto place = parse_s3_place("s3://p8-data//Test/Apple%20 é/").value();
  EXPECT_EQ(place.bucket, "p8-data");
  EXPECT_EQ(place.key, "/Test/Apple%20 é");
  EXPECT_EQ(parse_s3_place("s3://p8-data/Test//").value().key, "Test/");
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

}  // namespace
}  // namespace verger

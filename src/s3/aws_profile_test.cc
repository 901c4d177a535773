// SPDX-License-Identifier: Apache-2.0
#include "s3/aws_profile.h"

#include <gtest/gtest.h>

namespace verger {
namespace {

constexpr const char* kCredentials =
    "[default]\naws_access_key_id = AKIA\naws_secret_access_key=secret\n"
    "[other]\r\naws_access_key_id=B\r\n";
constexpr const char* kConfig =
    "# settings\n[default]\nregion = eu-west-3\n\n"
    "[profile lab]\nendpoint_url = http://lab:1\nca_bundle=/etc/lab.pem\n"
    "[profile shop]\nservices = near\nendpoint_url = http://wrong:1\n"
    "[services near]\nec2 =\n  endpoint_url = http://ec2:1\ns3 =\n  endpoint_url = http://s3:2\n";

TEST(AwsProfile, ReadsBothFiles) {
  const auto profile = AwsProfile::parse("default", kCredentials, kConfig);
  EXPECT_TRUE(profile.exists());
  EXPECT_EQ(profile.value("region"), "eu-west-3");
  EXPECT_EQ(profile.value("aws_secret_access_key"), "secret");
  EXPECT_EQ(profile.s3_endpoint(), "");
  EXPECT_TRUE(AwsProfile::parse("other", kCredentials, kConfig).exists());
  EXPECT_FALSE(AwsProfile::parse("typo", kCredentials, kConfig).exists());
  EXPECT_FALSE(AwsProfile::parse("default", "", "").exists());
}

TEST(AwsProfile, KnowsTheServerOfS3) {
  const auto lab = AwsProfile::parse("lab", kCredentials, kConfig);
  EXPECT_EQ(lab.s3_endpoint(), "http://lab:1");
  EXPECT_EQ(lab.value("ca_bundle"), "/etc/lab.pem");
  EXPECT_EQ(AwsProfile::parse("shop", kCredentials, kConfig).s3_endpoint(), "http://s3:2");
}

}  // namespace
}  // namespace verger

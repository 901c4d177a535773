// SPDX-License-Identifier: Apache-2.0
#include "s3/network.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

// The variables that are read, away for a test.
class Network : public testing::Test {
 protected:
  Network() { clear(); }
  ~Network() override { clear(); }

  static void clear() {
    for (const char* name :
         {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "https_proxy", "HTTPS_PROXY", "http_proxy",
          "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      unsetenv(name);
    }
  }
};

TEST_F(Network, TheVariablesNameTheAuthorities) {
  const ScratchFolder folder;
  folder.write("aws.pem", "");
  folder.write("ssl.pem", "");
  const std::string aws = (folder / "aws.pem").string();
  const std::string ssl = (folder / "ssl.pem").string();
  setenv("SSL_CERT_FILE", ssl.c_str(), 1);
  EXPECT_EQ(certificate_file().value(), ssl);
  setenv("AWS_CA_BUNDLE", aws.c_str(), 1);
  EXPECT_EQ(certificate_file().value(), aws);
}

TEST_F(Network, AFileOfAuthoritiesThatIsNamedMustBeThere) {
  setenv("AWS_CA_BUNDLE", "/absent.pem", 1);
  const auto absent = certificate_file();
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code(), StatusCode::kIo);
  EXPECT_EQ(absent.error().message(),
            "Cannot read '/absent.pem', the certificate authorities of $AWS_CA_BUNDLE: No such "
            "file or directory.");
}

TEST_F(Network, TheProxyIsThatOfTheScheme) {
  EXPECT_EQ(proxy_for("https", "h"), "");
  setenv("ALL_PROXY", "http://all:1", 1);
  EXPECT_EQ(proxy_for("https", "h"), "http://all:1");
  setenv("HTTPS_PROXY", "secure:2", 1);
  EXPECT_EQ(proxy_for("https", "h"), "http://secure:2");
  EXPECT_EQ(proxy_for("http", "h"), "http://all:1");
  setenv("HTTP_PROXY", "http://from-a-header:3", 1);
  EXPECT_EQ(proxy_for("http", "h"), "http://all:1");
}

TEST_F(Network, SomeHostsNeedNoProxy) {
  setenv("https_proxy", "http://proxy:1", 1);
  setenv("no_proxy", "localhost,127.0.0.1, .internal,amazonaws.com", 1);
  for (const char* host : {"localhost", "127.0.0.1", "a.internal", "b.s3.eu.amazonaws.com"}) {
    EXPECT_EQ(proxy_for("https", host), "") << host;
  }
  for (const char* host : {"27.0.0.1", "myamazonaws.com", "amazonaws.com.example"}) {
    EXPECT_EQ(proxy_for("https", host), "http://proxy:1") << host;
  }
  setenv("no_proxy", "*", 1);
  EXPECT_EQ(proxy_for("https", "any"), "");
}

}  // namespace
}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "s3/transport.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "s3/s3_error.h"
#include "s3/scripted_clients.h"

namespace verger {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kSlowDown =
    http_response("503 Slow Down", "", "<Error><Code>SlowDown</Code></Error>");

// What a program does at its end: the threads of AWS' SDK end with it.
class EndOfTheProgram : public testing::Environment {
 public:
  void TearDown() override { close_s3(); }
};

const auto* const kEnd = testing::AddGlobalTestEnvironment(new EndOfTheProgram);

TEST(S3Transport, TriesAgainWhatMayPass) {
  for (const std::string& fault :
       {kSlowDown, http_response("500 Internal Server Error", "", ""), std::string(),
        std::string(ScriptedServer::kHangUp) + part("0-9/10", "0123456789").erase(86),
        part("0-3/4", "half"), std::string("not HTTP\r\n\r\n"),
        part("0-9/10", "ten bytes and more")}) {
    std::atomic<int> faults = 2;
    ScriptedServer server(
        [&](const std::string&) { return faults-- > 0 ? fault : part("0-9/10", "0123456789"); });
    EXPECT_TRUE(get(*client_of(server, 5), 10).ok()) << fault;
    faults = 100;
    EXPECT_FALSE(get(*client_of(server, 1), 10).ok()) << fault;
  }
}

TEST(S3Transport, DoesNotTryAgainWhatWillNotPass) {
  for (const char* status : {"403 Forbidden", "404 Not Found", "416 Range Not Satisfiable",
                             "412 Precondition Failed", "501 Not Implemented"}) {
    ScriptedServer server([&](const std::string&) { return http_response(status, "", ""); });
    const S3Answer answer = get(*client_of(server, 5), 10);
    EXPECT_FALSE(answer.ok());
    EXPECT_EQ(server.requests().size(), 1u) << status;
  }
}

TEST(S3Transport, OpensAnotherConnectionForOneThatTheServerEnded) {
  std::atomic<int> count = 0;
  ScriptedServer server([&](const std::string&) {
    const std::string good = part("0-3/4", "1234");
    return count++ % 2 == 0 ? std::string(ScriptedServer::kHangUp) + good : good;
  });
  const auto client = client_of(server, 0);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(get(*client, 4).ok()) << i;
}

TEST(S3Transport, PaysWhenItIsTold) {
  ScriptedServer server([](const std::string& request) {
    const bool paid = request.find("x-amz-request-payer: requester\r\n") != request.npos;
    return http_response(paid ? "200 OK" : "403 Forbidden", "", "");
  });
  StorageOptions paying;
  paying.s3_requester_pays = true;
  EXPECT_TRUE(signing_client(server, paying)->remove("k").ok());
  EXPECT_THAT(server.requests()[0],
              HasSubstr("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-request-payer,"));
  EXPECT_THAT(s3_cause(signing_client(server)->remove("k")),
              AllOf(HasSubstr("access is denied"), HasSubstr("s3_requester_pays=True")));
}

TEST(S3Transport, SignsForTheRegionOfTheBucket) {
  ScriptedServer server([](const std::string& request) {
    if (request.find("/eu-west-3/s3/") != request.npos) return http_response("204 OK", "", "");
    return http_response("400 Bad Request", "x-amz-bucket-region: eu-west-3\r\n",
                         "<Error><Code>AuthorizationHeaderMalformed</Code></Error>");
  });
  const auto client = signing_client(server);
  EXPECT_TRUE(client->remove("k").ok());
  EXPECT_TRUE(client->remove("k").ok());
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(S3Transport, GivesUpOnABucketThatIsAlwaysElsewhere) {
  std::atomic<int> turn = 0;
  ScriptedServer server([&](const std::string&) {
    const std::string region = turn++ % 2 == 0 ? "eu-west-3" : "eu-west-1";
    return http_response("301 Moved", "x-amz-bucket-region: " + region + "\r\n", "");
  });
  EXPECT_THAT(s3_cause(signing_client(server)->remove("k")),
              AllOf(HasSubstr("the bucket is in the region eu-west-"), HasSubstr("s3_region")));
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(S3Transport, GoesByTheServersClock) {
  ScriptedServer server([](const std::string& request) {
    if (request.find("x-amz-date: 2031") != request.npos) return http_response("204 OK", "", "");
    return http_response("403 Forbidden", "Date: Fri, 31 Jan 2031 12:00:00 GMT\r\n",
                         "<Error><Code>RequestTimeTooSkewed</Code></Error>");
  });
  EXPECT_TRUE(signing_client(server)->remove("k").ok());
}

TEST(S3Transport, SaysThatTheClockIsOff) {
  ScriptedServer server([](const std::string&) {
    return http_response("403 Forbidden", "", "<Error><Code>RequestTimeTooSkewed</Code></Error>");
  });
  EXPECT_THAT(s3_cause(signing_client(server)->remove("k")), HasSubstr("clock"));
}

TEST(S3Transport, ReadsEndWhenTheyAreInterrupted) {
  CancelToken cancel;
  std::atomic<bool> end = false;
  ScriptedServer server([&](const std::string&) {
    cancel.cancel();
    while (!end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return std::string();
  });
  interrupt_s3_reads(&cancel);
  const auto begin = std::chrono::steady_clock::now();
  const S3Answer answer = get(*client_of(server, 8), 10);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  interrupt_s3_reads(nullptr);
  end = true;
  EXPECT_TRUE(answer.cancelled);
  EXPECT_EQ(s3_error("read", "s3://b/k", answer).code(), StatusCode::kCancelled);
}

TEST(S3Transport, AnswersAreBounded) {
  ScriptedServer server([](const std::string& request) {
    if (request.starts_with("PUT")) {
      return http_response("400 Bad Request", "", std::string(3 << 20, 'x'));
    }
    return "HTTP/1.1 200 OK\r\nx: " + std::string(1 << 20, 'x') + "\r\n\r\n";
  });
  const auto client = client_of(server);
  EXPECT_THAT(s3_cause(client->put("k", {})), HasSubstr("longer than any"));
  EXPECT_THAT(s3_cause(client->head("k")), HasSubstr("no server of S3"));
}

TEST(Proxy, IsAnAddressAndNothingMore) {
  EXPECT_EQ(parse_proxy("http://h:3128/")->address.port, "3128");
  const auto with_password = parse_proxy("http://user:pass@[::1]:1").value();
  EXPECT_EQ(with_password.address.host, "::1");
  EXPECT_EQ(with_password.authorization, "Basic dXNlcjpwYXNz");
  for (const char* bad : {"", "h:1", "https://h:1", "socks5://h:1", "http://", "http://h:x",
                          "http://h:1/x", "http://user:pass@"}) {
    const auto parsed = parse_proxy(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_THAT(parsed.error().message(), Not(HasSubstr("pass")));
  }
}

TEST(S3Transport, GoesThroughTheProxyThatTheEnvironmentNames) {
  ScriptedServer proxy([](const std::string& request) {
    const std::string answer = http_response("200 OK", "", "");
    return request.starts_with("CONNECT") ? std::string(ScriptedServer::kHangUp) + answer : answer;
  });
  setenv("http_proxy", proxy.url().c_str(), 1);
  StorageOptions options;
  options.s3_endpoint = "http://storage.invalid:9000";
  options.s3_anonymous = true;
  options.retries = 0;
  EXPECT_TRUE(S3Client::open("bucket", options).value()->head("k").ok());
  options.s3_endpoint = "https://storage.invalid";
  setenv("https_proxy", proxy.url().c_str(), 1);
  EXPECT_FALSE(S3Client::open("bucket", options).value()->head("k").ok());  // no TLS behind it
  unsetenv("http_proxy");
  unsetenv("https_proxy");
  EXPECT_THAT(proxy.requests()[0],
              AllOf(StartsWith("HEAD http://storage.invalid:9000/bucket/k HTTP/1.1\r\n"),
                    HasSubstr("host: storage.invalid:9000\r\n")));
  EXPECT_THAT(proxy.requests()[1], StartsWith("CONNECT storage.invalid:443 HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace verger

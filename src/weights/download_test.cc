#include "weights/download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/sha256.h"
#include "storage/scratch_folder.h"
#include "weights/loopback_server.h"

namespace verger {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::string_view kName = "weights.h5";

std::string sha256_of(std::string_view text) {
  Sha256 sha256;
  sha256.update(text);
  return sha256.finish();
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A server, a folder to download into, and the entry of a file whose contents are known.
class DownloadTest : public testing::Test {
 protected:
  Status fetch(const std::string& url, const DownloadLimits& limits = {.https_only = false},
               const CancelToken* cancel = nullptr) {
    return download({.file_name = kName, .url = url, .sha256 = sha256_}, folder(), cancel, limits);
  }

  std::string folder() const { return (scratch_ / "a/cache").string(); }
  fs::path target() const { return fs::path(folder()) / kName; }

  void expect_nothing_left() const { EXPECT_TRUE(!fs::exists(folder()) || fs::is_empty(folder())); }

  const std::string body_ = std::string(300'000, 'w') + "eights";
  const std::string sha256_ = sha256_of(body_);
  ScratchFolder scratch_;
  LoopbackServer server_;
};

TEST_F(DownloadTest, TheFileArrivesWholeAndReadable) {
  server_.answer_ok("/w", body_);
  const Status status = fetch(server_.url("/w"));
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(text_of(target()) == body_);
  struct stat file{};
  ASSERT_EQ(stat(target().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0644U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), {}), 1);
}

TEST_F(DownloadTest, ADamagedFileIsReplaced) {
  scratch_.write("a/cache/weights.h5", "damaged");
  server_.answer_ok("/w", body_);
  ASSERT_TRUE(fetch(server_.url("/w")).ok());
  EXPECT_TRUE(text_of(target()) == body_);
}

TEST_F(DownloadTest, RedirectsAreFollowed) {
  server_.answer_ok("/w", body_);
  server_.answer("/old",
                 "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " +
                     server_.url("/w") + "\r\n\r\n");
  EXPECT_TRUE(fetch(server_.url("/old")).ok());
}

TEST_F(DownloadTest, AnotherFileIsNotKept) {
  scratch_.write("a/cache/weights.h5", "older");
  server_.answer_ok("/w", body_ + "!");
  const Status status = fetch(server_.url("/w"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_THAT(status.message(), HasSubstr("another file"));
  EXPECT_EQ(text_of(target()), "older");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), {}), 1);
}

TEST_F(DownloadTest, ATransferThatBreaksOffLeavesNothing) {
  server_.answer("/w", "HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + body_);
  const Status status = fetch(server_.url("/w"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  expect_nothing_left();
}

TEST_F(DownloadTest, AnAbsentFileIsAnError) {
  const Status status = fetch(server_.url("/absent"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_THAT(status.message(), HasSubstr("404"));
  expect_nothing_left();
}

TEST_F(DownloadTest, TooLargeAFileIsRefused) {
  server_.answer_ok("/w", body_);
  EXPECT_FALSE(fetch(server_.url("/w"), {.https_only = false, .max_bytes = 1000}).ok());
  expect_nothing_left();
}

TEST_F(DownloadTest, CancellationLeavesNothing) {
  server_.answer_ok("/w", body_);
  CancelToken cancel;
  cancel.cancel();
  const Status status = fetch(server_.url("/w"), {.https_only = false}, &cancel);
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  expect_nothing_left();
}

TEST_F(DownloadTest, PlainHttpIsRefusedByDefault) {
  server_.answer_ok("/w", body_);
  EXPECT_FALSE(fetch(server_.url("/w"), DownloadLimits{}).ok());
  expect_nothing_left();
}

TEST_F(DownloadTest, TlsIsVerified) {
  LoopbackServer secure(LoopbackServer::Security::kTls);
  secure.answer_ok("/w", body_);
  const Status stranger = fetch(secure.url("/w"), DownloadLimits{});
  EXPECT_EQ(stranger.code(), StatusCode::kModel);
  EXPECT_THAT(stranger.message(), HasSubstr("certificate"));
  expect_nothing_left();

  secure.write_certificate(scratch_ / "trusted.pem");
  const DownloadLimits trusting{.certificate_file = (scratch_ / "trusted.pem").string()};
  const Status trusted = fetch(secure.url("/w"), trusting);
  EXPECT_TRUE(trusted.ok()) << trusted.message();
  EXPECT_TRUE(text_of(target()) == body_);
}

TEST_F(DownloadTest, HttpsDoesNotRedirectToHttp) {
  LoopbackServer secure(LoopbackServer::Security::kTls);
  server_.answer_ok("/w", body_);
  secure.answer("/w", "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " +
                          server_.url("/w") + "\r\n\r\n");
  secure.write_certificate(scratch_ / "trusted.pem");
  const DownloadLimits trusting{.certificate_file = (scratch_ / "trusted.pem").string()};
  const Status status = fetch(secure.url("/w"), trusting);
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_THAT(status.message(), HasSubstr("rotocol \"http\""));
  expect_nothing_left();
}

TEST_F(DownloadTest, AFolderThatCannotBeMadeIsNamed) {
  scratch_.write("a", "a file where a folder is needed");
  server_.answer_ok("/w", body_);
  const Status status = fetch(server_.url("/w"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_THAT(status.message(), HasSubstr(folder()));
}

}  // namespace
}  // namespace verger

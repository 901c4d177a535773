// SPDX-License-Identifier: Apache-2.0
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
#include "storage/store.h"
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

// What a program does at its end: the storage's threads end with it.
class StorageOfTheProgram : public testing::Environment {
 public:
  void TearDown() override { close_storage(); }
};

const auto* const kStorage = testing::AddGlobalTestEnvironment(new StorageOfTheProgram);

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

  const std::string body_ = std::string(2'300'000, 'w') + "eights";  // takes several requests
  const std::string sha256_ = sha256_of(body_);
  ScratchFolder scratch_;
  LoopbackServer server_;
};

TEST_F(DownloadTest, TheFileArrivesWholeAndReadable) {
  server_.serve_file("/bucket/w", body_);
  const Status status = fetch(server_.url("/bucket/w"));
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_TRUE(text_of(target()) == body_);
  struct stat file{};
  ASSERT_EQ(stat(target().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0644U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), {}), 1);
}

TEST_F(DownloadTest, ADamagedFileIsReplaced) {
  scratch_.write("a/cache/weights.h5", "damaged");
  server_.serve_file("/bucket/w", body_);
  ASSERT_TRUE(fetch(server_.url("/bucket/w")).ok());
  EXPECT_TRUE(text_of(target()) == body_);
}

TEST_F(DownloadTest, AnotherFileIsNotKept) {
  scratch_.write("a/cache/weights.h5", "older");
  server_.serve_file("/bucket/w", body_ + "!");
  const Status status = fetch(server_.url("/bucket/w"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_THAT(status.message(), HasSubstr("another file"));
  EXPECT_EQ(text_of(target()), "older");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder()), {}), 1);
}

TEST_F(DownloadTest, ATransferThatBreaksOffLeavesNothing) {
  server_.answer("/bucket/w", "HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n" + body_);
  const Status status = fetch(server_.url("/bucket/w"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  expect_nothing_left();
}

TEST_F(DownloadTest, AnAbsentFileIsAnError) {
  const Status status = fetch(server_.url("/bucket/absent"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_THAT(status.message(), HasSubstr("no such"));
  expect_nothing_left();
}

TEST_F(DownloadTest, TooLargeAFileIsRefused) {
  server_.serve_file("/bucket/w", body_);
  EXPECT_FALSE(fetch(server_.url("/bucket/w"), {.https_only = false, .max_bytes = 1000}).ok());
  expect_nothing_left();
}

TEST_F(DownloadTest, CancellationLeavesNothing) {
  server_.serve_file("/bucket/w", body_);
  CancelToken cancel;
  cancel.cancel();
  const Status status = fetch(server_.url("/bucket/w"), {.https_only = false}, &cancel);
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  expect_nothing_left();
}

TEST_F(DownloadTest, PlainHttpIsRefusedByDefault) {
  server_.serve_file("/bucket/w", body_);
  EXPECT_FALSE(fetch(server_.url("/bucket/w"), DownloadLimits{}).ok());
  expect_nothing_left();
}

TEST_F(DownloadTest, OnlyWhomSslCertFileNamesIsTrusted) {
  LoopbackServer secure(LoopbackServer::Security::kTls);
  secure.serve_file("/bucket/w", body_);
  const Status stranger = fetch(secure.url("/bucket/w"), DownloadLimits{});
  EXPECT_EQ(stranger.code(), StatusCode::kModel);
  EXPECT_THAT(stranger.message(), HasSubstr("certificate"));
  expect_nothing_left();

  secure.write_certificate(scratch_ / "trusted.pem");
  unsetenv("AWS_CA_BUNDLE");  // would be taken first
  setenv("SSL_CERT_FILE", (scratch_ / "trusted.pem").c_str(), 1);
  const Status trusted = fetch(secure.url("/bucket/w"), DownloadLimits{});
  unsetenv("SSL_CERT_FILE");
  EXPECT_TRUE(trusted.ok()) << trusted.message();
  EXPECT_TRUE(text_of(target()) == body_);
}

TEST_F(DownloadTest, AFolderThatCannotBeMadeIsNamed) {
  scratch_.write("a", "a file where a folder is needed");
  server_.serve_file("/bucket/w", body_);
  const Status status = fetch(server_.url("/bucket/w"));
  EXPECT_EQ(status.code(), StatusCode::kModel);
  EXPECT_THAT(status.message(), HasSubstr(folder()));
}

}  // namespace
}  // namespace verger

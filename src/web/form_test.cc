// SPDX-License-Identifier: Apache-2.0
#include "web/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace verger {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::size_t kMost = 5;

// The files' names and contents.
std::vector<std::pair<std::string, std::string>> files_in(std::string_view type,
                                                          const std::string& body) {
  const std::span bytes(reinterpret_cast<const uint8_t*>(body.data()), body.size());
  const auto files = find_files(type, bytes, kMost);
  if (!files.ok()) return {{"refused", files.error().message()}};
  std::vector<std::pair<std::string, std::string>> all;
  for (const WebFile& one : *files) {
    all.emplace_back(one.name, std::string(one.bytes.begin(), one.bytes.end()));
  }
  return all;
}

std::string part(const std::string& headers, const std::string& content) {
  return "--b\r\n" + headers + "\r\n\r\n" + content + "\r\n";
}
const std::string kFile = "Content-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"";
constexpr std::string_view kType = "multipart/form-data; boundary=b";

TEST(Form, ABodyThatIsNoFormIsTheFile) {
  for (const char* type :
       {"", "image/jpeg", "application/x-www-form-urlencoded", ";", "multipart"}) {
    EXPECT_THAT(files_in(type, "--b\r\nx"), ElementsAre(Pair("", "--b\r\nx")));
  }
}

TEST(Form, FilesOfAFormAreFoundAndFieldsPassedOver) {
  const std::string field = part("content-disposition: form-data; name=\"filename=x\"", "field");
  const std::string body = "preamble\r\n" + field +
                           part(kFile + "\r\nContent-Type: image/png", "1") +
                           part("X: y\r\n" + kFile, "\r\n--c\r\n") + "--b--\r\nepilogue";
  EXPECT_THAT(files_in(kType, body), ElementsAre(Pair("a.jpg", "1"), Pair("a.jpg", "\r\n--c\r\n")));
}

TEST(Form, HeadersMayBeWrittenInManyWays) {
  EXPECT_THAT(
      files_in("Multipart/Form-Data ; charset=x;  BOUNDARY = \"a b\" ",
               "--a b \t\r\nCONTENT-DISPOSITION:form-data;filename = x.jpg ;name=f\r\n\r\n1\r\n"
               "--a b--"),
      ElementsAre(Pair("x.jpg", "1")));
  EXPECT_THAT(
      files_in(kType, part("Content-Disposition: form-data; filename=\"a\\\"; \\\\b\xff\"", "1") +
                          "--b--"),
      ElementsAre(Pair("a\"; \\b\xef\xbf\xbd", "1")));
}

TEST(Form, AFormThatIsNoneIsRefused) {
  const std::string whole = part(kFile, "1") + "--b--";
  ASSERT_THAT(files_in(kType, whole), ElementsAre(Pair("a.jpg", "1")));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(files_in(kType, whole.substr(0, size)).front().first, "refused") << size;
  }
  for (const std::string& type :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        "multipart/form-data; boundary=" + std::string(71, 'b')}) {
    EXPECT_EQ(files_in(type, whole).front().first, "refused") << type;
  }
  for (const std::string& body :
       {"--b--" + whole, "--bc\r\n" + whole, std::string("--b\r\n\r\n\r\n--b--"),
        std::string("--b\r\n\r\n--b--"), part(kFile, "") + "--b--", part("X: y", "1") + "--b--"}) {
    EXPECT_EQ(files_in(kType, body).front().first, "refused") << body;
  }
}

TEST(Form, FilesHaveANumberTheyMayNotPass) {
  std::string body;
  for (std::size_t i = 0; i < kMost; ++i) body += part(kFile, "1");
  EXPECT_EQ(files_in(kType, body + "--b--").size(), kMost);
  EXPECT_EQ(files_in(kType, body + part(kFile, "1") + "--b--").front().first, "refused");
}

}  // namespace
}  // namespace verger

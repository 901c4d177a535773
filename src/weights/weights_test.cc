// SPDX-License-Identifier: Apache-2.0
#include "weights/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

// Sets a variable of the environment, or unsets it, until the end of the test.
class Environment {
 public:
  Environment(std::string name, const char* value) : name_(std::move(name)) {
    if (const char* old = getenv(name_.c_str())) old_ = old;
    set(value);
  }
  ~Environment() { set(old_ ? old_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const char* value) {
    if (value != nullptr) {
      setenv(name_.c_str(), value, 1);
    } else {
      unsetenv(name_.c_str());
    }
  }
  std::string name_;
  std::optional<std::string> old_;
};

class WeightsTest : public testing::Test {
 protected:
  std::string in_cache(std::string_view file_name) const {
    return (home_.path() / ".keras" / "models" / file_name).string();
  }

  ScratchFolder home_;
  Environment home_variable_{"HOME", home_.path().c_str()};
  Environment keras_home_{"KERAS_HOME", nullptr};
  Environment verger_weights_{"VERGER_WEIGHTS", nullptr};
};

TEST_F(WeightsTest, TheCacheIsThatOfKeras) {
  EXPECT_EQ(keras_cache_folder(), (home_ / ".keras/models").string());
  const Environment keras_home("KERAS_HOME", "/somewhere/keras");
  EXPECT_EQ(keras_cache_folder(), "/somewhere/keras/models");
}

TEST_F(WeightsTest, NothingIsFoundWhereNothingIs) {
  const auto weights = find_weights("");
  ASSERT_TRUE(weights.ok());
  EXPECT_EQ(*weights, std::nullopt);
}

TEST_F(WeightsTest, TheCacheIsSearchedForBothOfficialFiles) {
  const auto official = official_weights();
  ASSERT_EQ(official.size(), 2U);
  home_.write(".keras/models/" + std::string(official[1].file_name), "no top");
  EXPECT_EQ(find_weights("").value(), in_cache(official[1].file_name));
  home_.write(".keras/models/" + std::string(official[0].file_name), "with top");
  EXPECT_EQ(find_weights("").value(), in_cache(official[0].file_name));
}

TEST_F(WeightsTest, TheVariableComesBeforeTheCache) {
  home_.write(".keras/models/" + std::string(official_weights()[0].file_name), "cached");
  home_.write("mine.h5", "mine");
  const Environment variable("VERGER_WEIGHTS", (home_ / "mine.h5").c_str());
  EXPECT_EQ(find_weights("").value(), (home_ / "mine.h5").string());
}

TEST_F(WeightsTest, TheOptionComesBeforeTheVariable) {
  home_.write("mine.h5", "mine");
  home_.write("other.h5", "other");
  const Environment variable("VERGER_WEIGHTS", (home_ / "mine.h5").c_str());
  EXPECT_EQ(find_weights((home_ / "other.h5").string()).value(), (home_ / "other.h5").string());
}

TEST_F(WeightsTest, AFileUriIsAFile) {
  home_.write("my weights.h5", "mine");
  const std::string uri = "file://" + home_.path().string() + "/my%20weights.h5";
  EXPECT_EQ(find_weights(uri).value(), uri);
}

TEST_F(WeightsTest, WhatIsGivenMustBeThere) {
  auto weights = find_weights((home_ / "absent.h5").string());
  ASSERT_FALSE(weights.ok());
  EXPECT_EQ(weights.error().code(), StatusCode::kModel);
  EXPECT_THAT(weights.error().message(), HasSubstr("absent.h5' of weights do not exist."));

  const Environment variable("VERGER_WEIGHTS", "/absent/by-variable.h5");
  weights = find_weights("");
  ASSERT_FALSE(weights.ok());
  EXPECT_THAT(weights.error().message(), HasSubstr("by-variable.h5' of $VERGER_WEIGHTS"));
}

TEST_F(WeightsTest, AFolderIsNoFile) {
  const auto weights = find_weights(home_.path().string());
  ASSERT_FALSE(weights.ok());
  EXPECT_THAT(weights.error().message(), HasSubstr("a folder"));
}

TEST_F(WeightsTest, FindingNeedsNoDownload) {
  home_.write(".keras/models/" + std::string(official_weights()[0].file_name), "cached");
  bool downloading = false;
  const auto weights =
      find_or_fetch_weights("", {.on_download = [&](const auto&) { downloading = true; }});
  EXPECT_EQ(weights.value(), in_cache(official_weights()[0].file_name));
  EXPECT_FALSE(downloading);
}

TEST_F(WeightsTest, OfflineIsOneSentenceWithNameAddressAndPlace) {
  // A proxy that nobody serves takes the machine off the network.
  const Environment proxy("https_proxy", "http://127.0.0.1:1");
  const Environment upper("HTTPS_PROXY", nullptr);
  const Environment all("ALL_PROXY", nullptr);
  const Environment none("no_proxy", nullptr);
  const auto weights = find_or_fetch_weights("");
  ASSERT_FALSE(weights.ok());
  EXPECT_EQ(weights.error().code(), StatusCode::kModel);
  const std::string& message = weights.error().message();
  EXPECT_THAT(message, HasSubstr(std::string(official_weights()[0].file_name)));
  EXPECT_THAT(message, HasSubstr(std::string(official_weights()[0].url)));
  EXPECT_THAT(message, HasSubstr(keras_cache_folder()));
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_TRUE(message.ends_with("."));
  EXPECT_TRUE(std::filesystem::is_empty(keras_cache_folder())) << "nothing half-downloaded";
}

TEST_F(WeightsTest, ACancelledFetchLeavesNothing) {
  CancelToken cancel;
  cancel.cancel();
  const Environment proxy("https_proxy", "http://127.0.0.1:1");
  const auto fetched = fetch_weights((home_ / "cache").string(), {.cancel = &cancel});
  ASSERT_FALSE(fetched.ok());
  EXPECT_TRUE(std::filesystem::is_empty(home_ / "cache"));
}

}  // namespace
}  // namespace verger

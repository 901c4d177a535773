// SPDX-License-Identifier: Apache-2.0
#include "s3/credentials.h"

#include <arrow/filesystem/s3fs.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "base/status_macros.h"
#include "s3/aws_profile.h"

namespace verger {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kFresh{30};  // the chain renews minutes before the end

// The AWS SDK, once a process. Its log would go to the terminal, so it is off.
Status start_chain() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (arrow::fs::IsS3Initialized()) return {};
  auto options = arrow::fs::S3GlobalOptions::Defaults();
  options.log_level = arrow::fs::S3LogLevel::Off;
  const arrow::Status started = arrow::fs::InitializeS3(options);
  return started.ok() ? Status() : Status::io("S3 cannot be used: " + started.message() + ".");
}

class DefaultChain final : public CredentialSource {
 public:
  Credentials get() override {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (now < fresh_until_) return last_;
    // Each part is asked for by itself: they are of one set when the key is the same before and
    // behind.
    do {
      last_ = {chain_.GetAccessKey(), chain_.GetSecretKey(), chain_.GetSessionToken()};
    } while (last_.key != chain_.GetAccessKey());
    fresh_until_ = now + kFresh;
    return last_;
  }

 private:
  const arrow::fs::S3Options chain_ = arrow::fs::S3Options::Defaults();
  std::mutex mutex_;
  Credentials last_;
  Clock::time_point fresh_until_{};
};

class Nobody final : public CredentialSource {
 public:
  Credentials get() override { return {}; }
};

}  // namespace

Result<std::shared_ptr<CredentialSource>> default_credentials() {
  VERGER_RETURN_IF_ERROR(start_chain());
  auto chain = std::make_shared<DefaultChain>();
  const Credentials first = chain->get();
  VERGER_RETURN_IF_ERROR(check_credentials(first.key, first.secret));
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  if (std::ranges::any_of(first.key + first.token, is_control)) {
    return Status::io(
        "The access key or the session's token holds a line break; check AWS_ACCESS_KEY_ID and "
        "AWS_SESSION_TOKEN.");
  }
  return std::shared_ptr<CredentialSource>(std::move(chain));
}

std::shared_ptr<CredentialSource> no_credentials() { return std::make_shared<Nobody>(); }

void close_credentials() {
  if (arrow::fs::IsS3Initialized()) static_cast<void>(arrow::fs::FinalizeS3());
}

}  // namespace verger

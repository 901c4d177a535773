// SPDX-License-Identifier: Apache-2.0
// What AWS' own files say of the profile in use. Arrow's client reads its credentials and region
// from them by itself, but knows no endpoint and no authorities of a profile, and takes a profile
// that does not exist for one without credentials.
#pragma once

#include <map>
#include <string>

#include "verger/status.h"

namespace verger {

class AwsProfile {
 public:
  // That of $AWS_PROFILE, else "default", from $AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials)
  // and $AWS_CONFIG_FILE (~/.aws/config). Files that are absent are empty. kIo: $AWS_PROFILE names
  // a profile that neither file has.
  static Result<AwsProfile> load();

  // The text of files, for tests.
  static AwsProfile parse(const std::string& name, const std::string& credentials,
                          const std::string& config);

  const std::string& name() const { return name_; }
  bool exists() const { return exists_; }
  // What a key such as "ca_bundle" has; "" without it.
  std::string value(const std::string& key) const;
  // The server of S3: that of the profile's services, else of the profile; "" without one.
  std::string s3_endpoint() const;

 private:
  std::string name_;
  bool exists_ = false;
  std::map<std::string, std::string> values_;
  std::map<std::string, std::string> s3_;  // what its `services` say
};

// kIo when the environment holds half a key, or when `key` and `secret`, which AWS' default chain
// gave, are none: a request without a signature is not what was meant.
Status check_credentials(const std::string& key, const std::string& secret);

}  // namespace verger

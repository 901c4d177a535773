// SPDX-License-Identifier: Apache-2.0
// What s3:// places mean.
#pragma once

#include <string>

#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct S3Place {
  std::string bucket;
  std::string key;  // without the slash at its end; "" for the whole bucket
};

// "s3://bucket/some/key/" taken literally, but for one slash at its end; s3a://, as Hadoop spells
// it, is the same place. kInvalidArgument without a bucket.
Result<S3Place> parse_s3_place(const std::string& place);

// `options` with what they leave open taken from the environment: the endpoint, of which AWS' own
// tools read AWS_ENDPOINT_URL_S3 before AWS_ENDPOINT_URL and before the profile, and the region.
// kIo for a profile that does not exist.
Result<StorageOptions> with_environment(StorageOptions options);

}  // namespace verger

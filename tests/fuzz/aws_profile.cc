// SPDX-License-Identifier: Apache-2.0
// The text of AWS' two files, with a NUL between them → what the profile says.
#include "s3/aws_profile.h"

#include <algorithm>
#include <string>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string credentials = text.substr(0, text.find('\0'));
  const std::string config = text.substr(std::min(credentials.size() + 1, text.size()));
  for (const char* name : {"default", "lab"}) {
    const auto profile = verger::AwsProfile::parse(name, credentials, config);
    verger::require(profile.exists() || profile.s3_endpoint().empty(),
                    "who is absent says nothing");
  }
  return 0;
}

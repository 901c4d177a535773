// SPDX-License-Identifier: Apache-2.0
// Places as people write them: paths and URIs.
#pragma once

#include <string_view>

#include "verger/status.h"

namespace verger {

// kInvalidArgument when a URI holds what should be secret: s3://KEY:SECRET@bucket/…,
// https://user:password@host/…. The sentence does not repeat it.
Status check_no_credential(std::string_view place);

}  // namespace verger

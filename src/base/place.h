// SPDX-License-Identifier: Apache-2.0
// Places as people write them: paths and URIs.
#pragma once

#include <string>
#include <string_view>

#include "verger/status.h"

namespace verger {

// kInvalidArgument when a URI holds what should be secret: s3://KEY:SECRET@bucket/…,
// https://user:password@host/…. The sentence does not repeat it.
Status check_no_credential(std::string_view place);

// What is called `name` in a place, in the place's own spelling: "Test", "a/1.jpg" →
// "Test/a/1.jpg". "" is the place itself, as a name; as a place it is the current folder.
std::string place_below(std::string_view place, std::string_view name);

// A place as tables and records have it, as a person writes it: "file:/a b" → "/a b". Those of
// other schemes stay as they are.
std::string written_place(std::string_view recorded);

}  // namespace verger

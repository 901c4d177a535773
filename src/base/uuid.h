// SPDX-License-Identifier: Apache-2.0
// UUIDs as RFC 9562 writes them, in lower case.
#pragma once

#include <string>
#include <string_view>

namespace verger {

// A random one, of version 4.
std::string random_uuid();

// The first one in `text`, as a part of it; empty when there is none.
std::string_view find_uuid(std::string_view text);

}  // namespace verger

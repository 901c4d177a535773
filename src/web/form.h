// SPDX-License-Identifier: Apache-2.0
// The files in the body of a request: the body itself, or the parts of a form (multipart/form-data,
// RFC 7578).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verger/status.h"

namespace verger {

struct WebFile {
  std::string name;  // as its sender names it, in valid UTF-8; "" without
  std::span<const uint8_t> bytes;
};

// The files of a form; of any other content type the body, without a name. They lie in `body`.
// kInvalidArgument: it is no such form, or holds no file, an empty one, or more than `most`.
Result<std::vector<WebFile>> find_files(std::string_view content_type,
                                        std::span<const uint8_t> body, std::size_t most);

}  // namespace verger

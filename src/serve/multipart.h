// The photographs in the body of a request: the body itself, or the parts of a form
// (multipart/form-data, RFC 7578).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/recognition.h"
#include "verger/status.h"

namespace verger {

inline constexpr std::size_t kMostPhotographs = 32;  // of one request

// The files of a form, named as their sender names them; of any other content type the body, with
// no name. They lie in `body`. kInvalidArgument: it is no such form, or holds no file, an empty
// one, or more than kMostPhotographs.
Result<std::vector<Photograph>> find_photographs(std::string_view content_type,
                                                 std::span<const uint8_t> body);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// A content type, a line's end, and a body → the files of a form.
#include "web/form.h"

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 4;
  const std::span<const uint8_t> input(data, size);
  const auto type_end = std::ranges::find(input, uint8_t{'\n'});
  const std::string type(input.begin(), type_end);
  const auto body = input.subspan(std::min(type.size() + 1, size));
  const auto files = verger::find_files(type, body, kMost);
  if (!files.ok()) return 0;
  verger::require(!files->empty() && files->size() <= kMost, "as many files as may be");
  for (const verger::WebFile& file : *files) {
    verger::require(!file.bytes.empty(), "a file has bytes");
    verger::require(file.bytes.data() >= body.data() &&
                        file.bytes.data() + file.bytes.size() <= body.data() + body.size(),
                    "it lies in the body");
    verger::require(verger::is_valid_utf8(file.name), "its name is text");
  }
  return 0;
}

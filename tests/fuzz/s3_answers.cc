// SPDX-License-Identifier: Apache-2.0
// What a server of S3 answers in XML → a page of a listing, a failure, an upload.
#include "s3/answers.h"

#include <string>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const std::string prefix : {"", "Test/"}) {
    const auto page = verger::parse_list_page(text, prefix);
    if (!page.ok()) continue;
    for (const auto& object : page->objects) {
      verger::require(object.key.starts_with(prefix), "keys begin with the prefix");
      verger::require(object.size >= 0, "objects have sizes");
    }
    for (const auto& folder : page->prefixes) {
      verger::require(folder.starts_with(prefix), "folders begin with the prefix");
    }
  }
  const auto complaint = verger::parse_complaint(text);
  verger::require(complaint.message.size() <= 300, "messages are short");
  verger::require(complaint.message.find_first_of("\n\x1b") == std::string::npos,
                  "messages are one line of text");
  static_cast<void>(verger::parse_upload_id(text));
  static_cast<void>(verger::is_completed_upload(text));
  static_cast<void>(verger::parse_iso_time(text));
  static_cast<void>(verger::parse_http_time(text));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// What servers of S3 answer in XML, and whether it can be true.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verger/status.h"

namespace verger {

struct ListedObject {
  std::string key;
  int64_t size = 0;      // bytes
  int64_t mtime_ns = 0;  // since the Unix epoch
};

struct ListPage {
  std::vector<ListedObject> objects;
  std::vector<std::string> prefixes;  // by which a delimiter put keys together, once each
  std::string next;                   // the token of the next page; "" behind the last one
};

// A page of ListObjectsV2 below `prefix`. The error is half a sentence: what the document is if it
// is no listing, or in what it contradicts itself. A document is a page when it says in full
// whether more follows, and of each object its key, size and time.
Result<ListPage, std::string> parse_list_page(std::string_view document, const std::string& prefix);

// What a server says of a failure; both are "" when it says nothing that S3 would.
struct S3Complaint {
  std::string code;     // "NoSuchKey"
  std::string message;  // one line of printable text, at most 300 bytes
  std::string region;   // where the bucket is, if it says so
};
S3Complaint parse_complaint(std::string_view document);

// Reads CreateMultipartUpload's answer; "" when it is none.
std::string parse_upload_id(std::string_view document);

// Is it CompleteMultipartUpload's answer? One of status 200 may be a failure.
bool is_completed_upload(std::string_view document);

// "2025-01-31T12:00:00.000Z", as listings tell times, and "Fri, 31 Jan 2025 12:00:00 GMT", as heads
// do: nanoseconds since the Unix epoch.
std::optional<int64_t> parse_iso_time(const std::string& text);
std::optional<int64_t> parse_http_time(const std::string& text);

}  // namespace verger

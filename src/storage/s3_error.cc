#include "storage/s3_error.h"

#include <arrow/status.h>
#include <arrow/util/io_util.h>

#include <array>
#include <cerrno>

namespace verger {

namespace {

struct Cause {
  std::string_view code;  // as Arrow writes it: "AWS Error <code> during …"
  std::string_view sentence;
};

// curl's errors, within a NETWORK_CONNECTION.
constexpr std::string_view kUntrusted = "curlCode: 60,";
constexpr std::string_view kNoAuthorities = "curlCode: 77,";

constexpr std::string_view kDenied =
    "access is denied to these credentials (as it is in a bucket whose readers pay: Requester Pays "
    "is not supported)";

constexpr auto kCauses = std::to_array<Cause>({
    {"INVALID_ACCESS_KEY_ID", "the server does not know the access key; check AWS_ACCESS_KEY_ID"},
    {"INVALID_CLIENT_TOKEN_ID", "the server does not know the access key; check AWS_ACCESS_KEY_ID"},
    {"SIGNATURE_DOES_NOT_MATCH",
     "the secret key does not fit the access key; check AWS_SECRET_ACCESS_KEY"},
    {"ACCESS_DENIED", kDenied},
    {"INVALID_SIGNATURE", kDenied},
    {"ExpiredToken", "the session's credentials have expired; sign in anew"},
    {"NO_SUCH_BUCKET", "there is no such bucket"},
    {"NO_SUCH_KEY", "no such object"},
    {"RESOURCE_NOT_FOUND", "no such object"},
    {"NETWORK_CONNECTION", "the server cannot be reached or broke the connection off"},
    {"SLOW_DOWN", "the server is too busy"},
    {"SERVICE_UNAVAILABLE", "the server is too busy"},
    {"INTERNAL_FAILURE", "the server had an internal failure"},
    {"PermanentRedirect", "the bucket is in another region; give --s3-region"},
    {"AuthorizationHeaderMalformed", "the bucket is in another region; give --s3-region"},
});

// "AWS Error X (HTTP status 403) during Y operation: text" → from "X" on, or "".
std::string_view after_marker(std::string_view message) {
  constexpr std::string_view kMarker = "AWS Error ";
  const std::size_t at = message.find(kMarker);
  return at == message.npos ? std::string_view() : message.substr(at + kMarker.size());
}

// The server's own words; only when the code says too little.
std::string server_text(std::string_view message) {
  constexpr std::string_view kMarker = "operation: ";
  const std::size_t at = message.find(kMarker);
  std::string text(at == message.npos ? message : message.substr(at + kMarker.size()));
  text.resize(std::min(text.find('\n'), text.size()));
  text.resize(text.find_last_not_of(" .") + 1);
  return text;
}

std::string cause_of(const arrow::Status& error) {
  const std::string message = error.message();
  const std::string_view aws = after_marker(message);
  if (aws.find(kUntrusted) != aws.npos) {
    return "the server's certificate is not that of an authority trusted here; name a file of "
           "those "
           "to trust by SSL_CERT_FILE";
  }
  if (aws.find(kNoAuthorities) != aws.npos) {
    return "the file of certificate authorities holds none; name another by SSL_CERT_FILE";
  }
  for (const Cause& cause : kCauses) {
    const bool named = aws.starts_with(cause.code) ||
                       (aws.starts_with("UNKNOWN") && aws.find(cause.code) != aws.npos);
    if (named) return std::string(cause.sentence);
  }
  if (is_not_found(error)) return "no such file or directory";
  if (message.find("XML_ERROR") != message.npos) {
    return "what answers is no server of S3, or its answer was cut off";
  }
  if (message.find("Empty path component") != message.npos) {
    return "its key has an empty part (//), by which no object can be asked for here; copy it to a "
           "key without";
  }
  if (aws.find("HTTP status 403") != aws.npos) return std::string(kDenied);
  return server_text(message);
}

}  // namespace

bool is_untrusted(std::string_view message) {
  return message.find(kUntrusted) != message.npos || message.find(kNoAuthorities) != message.npos;
}

bool is_not_found(const arrow::Status& error) {
  if (arrow::internal::ErrnoFromStatus(error) == ENOENT) return true;
  const std::string message = error.message();
  const std::string_view aws = after_marker(message);
  return aws.starts_with("NO_SUCH_KEY") || aws.starts_with("RESOURCE_NOT_FOUND");
}

Status s3_error(std::string_view action, const std::string& place, const arrow::Status& error) {
  return Status::io("Cannot " + std::string(action) + " " + place + ": " + cause_of(error) + ".");
}

}  // namespace verger

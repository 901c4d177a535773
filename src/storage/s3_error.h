// What S3 answers, as one sentence of ours.
#pragma once

#include <string>
#include <string_view>

#include "verger/status.h"

namespace arrow {
class Status;
}

namespace verger {

// kIo: "Cannot list s3://bucket/key: the access key is not known to the server (…)." `place` is
// shown as it is. No credential is ever part of the sentence.
Status s3_error(std::string_view action, const std::string& place, const arrow::Status& error);

// Does a message of the AWS SDK say that the server's certificate cannot be verified? It will not
// pass by waiting.
bool is_untrusted(std::string_view message);

// Did the object not exist?
bool is_not_found(const arrow::Status& error);

}  // namespace verger

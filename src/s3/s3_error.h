// SPDX-License-Identifier: Apache-2.0
// What S3 answers, as one sentence of ours.
#pragma once

#include <string>
#include <string_view>

#include "s3/s3_answer.h"
#include "verger/status.h"

namespace verger {

// kIo: "Cannot list s3://bucket/key: the access key is not known to the server." `place` is shown
// as it is. No credential is ever part of the sentence. kCancelled when the read was interrupted.
Status s3_error(std::string_view action, const std::string& place, const S3Answer& answer);

// "the access key is not known to the server".
std::string s3_cause(const S3Answer& answer);

}  // namespace verger

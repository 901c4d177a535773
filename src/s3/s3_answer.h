// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "s3/http.h"

namespace verger {

// What came of a request.
struct S3Answer {
  int status = 0;         // HTTP's; 0: none came
  std::string code{};     // what S3 calls a failure; "" if it does not say
  std::string cause{};    // half a sentence on a failure that is none of S3's
  std::string message{};  // the server's own words
  std::string region{};   // where the bucket is, if the server says so
  bool failed = false;
  bool may_pass = false;   // by trying again
  bool cancelled = false;  // a read, by interrupt_s3_reads()
  bool paid = false;       // it was offered to pay for the request
  int attempts = 1;        // how often it was sent
  HttpAnswer http{};

  bool ok() const { return !failed; }
  bool is_absent() const { return status == 404 && code != "NoSuchBucket"; }
  // A condition did not hold (412), or did not while another request was under way (409).
  bool is_conflict() const { return failed && (status == 412 || status == 409); }
  std::string etag() const { return http.header("etag"); }
};

// What an answer by HTTP says, where the bucket was taken to be in that region; and a fault.
S3Answer answer_of(HttpAnswer http, const std::string& region);
S3Answer answer_of(Fault fault);

// Makes a failure of a good answer that is not what was asked for.
void fail(S3Answer& answer, std::string cause, bool may_pass);

}  // namespace verger

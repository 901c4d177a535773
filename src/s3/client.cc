// SPDX-License-Identifier: Apache-2.0
#include "s3/client.h"

#include <algorithm>
#include <cassert>
#include <cstdio>

#include "base/numbers.h"
#include "base/status_macros.h"

namespace verger {

namespace {

void check_part(S3Answer& answer, int64_t begin, std::size_t asked, std::optional<int64_t>* total) {
  const std::string range = answer.http.header("content-range");
  long long first = begin;  // NOLINT(google-runtime-int): for sscanf
  long long last = 0;       // NOLINT(google-runtime-int)
  long long size = -1;      // NOLINT(google-runtime-int)
  const int read = std::sscanf(range.c_str(), "bytes %lld-%lld/%lld", &first, &last, &size);
  if (answer.status == 200) first = 0;
  if (first != begin || (answer.status == 206 && read < 2)) {
    return fail(answer, "the server sent another part of it than it was asked for", false);
  }
  if (answer.http.received < asked) {
    return fail(
        answer,
        "the server sent fewer than the " + format_count(asked) + " bytes that it was asked for",
        true);
  }
  if (total == nullptr) return;
  *total = read == 3 ? std::optional<int64_t>(size) : std::nullopt;
}

// Where neither a length nor chunks tell the end of a body, a broken connection does.
void check_all(S3Answer& answer) {
  const bool chunked = !answer.http.header("transfer-encoding").empty();
  if (!chunked && answer.http.header("content-length").empty()) {
    fail(answer, "the server does not say its size", false);
  }
}

std::string xml_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '&' || c == '<' || c == '>') {
      escaped += "&#" + std::to_string(static_cast<int>(c)) + ';';
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

Result<std::shared_ptr<S3Client>> S3Client::open(const std::string& bucket,
                                                 const StorageOptions& options) {
  VERGER_ASSIGN_OR_RETURN(auto transport, S3Transport::open(bucket, options));
  return std::shared_ptr<S3Client>(new S3Client(std::move(transport)));
}

S3Answer S3Client::get(const std::string& key, int64_t begin, std::span<uint8_t> out,
                       std::optional<int64_t>* total) {
  assert(!out.empty());
  const int64_t last = begin + static_cast<int64_t>(out.size()) - 1;
  return transport_->request(
      {.method = "GET",
       .key = key,
       .headers = {{"range", "bytes=" + std::to_string(begin) + '-' + std::to_string(last)}},
       .place = {.bytes = out},
       .check = [&](S3Answer& answer) { check_part(answer, begin, out.size(), total); }});
}

S3Answer S3Client::get_all(const std::string& key, std::vector<uint8_t>& out) {
  return transport_->request(
      {.method = "GET", .key = key, .place = {.all = &out}, .check = check_all});
}

S3Answer S3Client::head(const std::string& key) {
  return transport_->request({.method = "HEAD", .key = key});
}

S3Answer S3Client::put(const std::string& key, std::span<const uint8_t> body,
                       const Precondition& condition) {
  S3Request put{.method = "PUT", .key = key, .body = body};
  if (condition.kind == Precondition::Kind::kAbsent) put.headers = {{"if-none-match", "*"}};
  if (condition.kind == Precondition::Kind::kVersion) put.headers = {{"if-match", condition.etag}};
  S3Answer answer = transport_->request(put);
  if (!answer.is_conflict() || answer.attempts == 1) return answer;
  // An earlier attempt may have come through, and only its answer have been lost.
  S3Answer now = head(key);
  if (!now.ok() || now.http.header("content-length") != std::to_string(body.size())) return answer;
  std::vector<uint8_t> stands(body.size());
  if (!stands.empty()) now = get(key, 0, stands);
  return now.ok() && std::ranges::equal(stands, body) ? now : answer;
}

S3Answer S3Client::remove(const std::string& key) {
  return transport_->request({.method = "DELETE", .key = key});
}

Result<ListPage, S3Answer> S3Client::list(const ListQuery& query) {
  ListPage page;
  S3Request list{.method = "GET",
                 .key = "",
                 .query = {{"list-type", "2"},
                           {"encoding-type", "url"},
                           {"max-keys", std::to_string(query.max_keys)},
                           {"prefix", query.prefix}}};
  if (!query.delimiter.empty()) list.query.emplace_back("delimiter", query.delimiter);
  if (!query.start_after.empty()) list.query.emplace_back("start-after", query.start_after);
  if (!query.token.empty()) list.query.emplace_back("continuation-token", query.token);
  list.place.most = std::size_t{64} << 20;
  list.check = [&](S3Answer& answer) {
    auto parsed = parse_list_page(answer.http.body, query.prefix);
    if (!parsed.ok())
      return fail(answer, parsed.error(), !parsed.error().starts_with("the server"));
    page = *std::move(parsed);
  };
  S3Answer answer = transport_->request(list);
  if (!answer.ok()) return answer;
  if (!query.token.empty() && page.next == query.token) {
    fail(answer, "the server's answer contradicts itself: a page comes again", false);
    return answer;
  }
  return page;
}

Result<std::string, S3Answer> S3Client::begin_upload(const std::string& key) {
  std::string upload;
  const S3Answer answer = transport_->request(
      {.method = "POST", .key = key, .query = {{"uploads", ""}}, .check = [&](S3Answer& a) {
         upload = parse_upload_id(a.http.body);
         if (upload.empty()) fail(a, "the server's answer names no upload", true);
       }});
  if (!answer.ok()) return answer;
  return upload;
}

Result<std::string, S3Answer> S3Client::put_part(const std::string& key, const std::string& upload,
                                                 int number, std::span<const uint8_t> body) {
  S3Answer answer =
      transport_->request({.method = "PUT",
                           .key = key,
                           .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
                           .body = body,
                           .check = [](S3Answer& a) {
                             if (a.etag().empty())
                               fail(a, "the server's answer names no part of an upload", true);
                           }});
  if (!answer.ok()) return answer;
  return answer.etag();
}

S3Answer S3Client::complete_upload(const std::string& key, const std::string& upload,
                                   const std::vector<std::string>& etags) {
  std::string body = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i) {
    body += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
            xml_escape(etags[i]) + "</ETag></Part>";
  }
  body += "</CompleteMultipartUpload>";
  S3Answer answer = transport_->request(
      {.method = "POST",
       .key = key,
       .query = {{"uploadId", upload}},
       .body = {reinterpret_cast<const uint8_t*>(body.data()), body.size()},
       .check = [](S3Answer& a) {
         if (is_completed_upload(a.http.body)) return;  // else a failure that came too late for 200
         S3Complaint complaint = parse_complaint(a.http.body);
         a.code = complaint.code;
         a.message = complaint.message;
         fail(a, a.code.empty() ? "the server does not say that the upload is complete" : "", true);
       }});
  if (answer.code != "NoSuchUpload" || answer.attempts == 1) return answer;
  return head(key);  // an earlier attempt completed it, and only its answer was lost
}

void S3Client::abort_upload(const std::string& key, const std::string& upload) {
  static_cast<void>(
      transport_->request({.method = "DELETE", .key = key, .query = {{"uploadId", upload}}}));
}

}  // namespace verger

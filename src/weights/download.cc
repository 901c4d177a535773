// SPDX-License-Identifier: Apache-2.0
#include "weights/download.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/status.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "storage/store.h"
#include "verger/options.h"

namespace verger {

namespace {

constexpr int kRetries = 3;
constexpr int64_t kPiece = int64_t{1} << 20;  // a request's; cancellation is seen after each

// A public object that a URL names by path, http(s)://HOST/BUCKET/KEY. Google's storage, where
// Keras keeps its weights, speaks S3 as well.
struct PublicObject {
  std::string bucket_and_folder;
  std::string name;
  StorageOptions storage;
};

PublicObject parse_url(std::string_view url) {
  const std::size_t bucket = url.find('/', url.find("://") + 3);
  const std::size_t name = url.rfind('/');
  PublicObject object{.bucket_and_folder = "s3:/" + std::string(url.substr(bucket, name - bucket)),
                      .name = std::string(url.substr(name + 1)),
                      .storage = {}};
  object.storage.s3_endpoint = url.substr(0, bucket);
  object.storage.s3_region = "us-east-1";  // S3 asks for one
  object.storage.s3_addressing = "path";
  object.storage.s3_anonymous = true;
  object.storage.retries = kRetries;
  return object;
}

// Half a sentence from a reason, or from the storage's own sentence: of "Cannot read s3://…: why."
// the why.
Status cannot_download(std::string reason) {
  if (reason.starts_with("Cannot read s3:")) reason.erase(0, reason.find(": ") + 2);
  if (reason.ends_with('.')) reason.pop_back();
  return Status::model("the official file cannot be downloaded (" + reason + ")");
}

Status cannot_download(const arrow::Status& error) { return cannot_download(error.message()); }

// `sentence` is what storage says of a file below `folder`: "Cannot write file:/…: why."
Status cannot_store(const std::string& folder, std::string_view sentence) {
  std::string why(sentence.substr(sentence.rfind(": ") + 2));
  if (why.ends_with('.')) why.pop_back();
  return Status::model('\'' + folder + "' cannot be written to (" + why + ")");
}

Status check(const CancelToken* cancel) {
  if (cancel == nullptr || !cancel->cancelled()) return {};
  return Status::cancelled("the download was interrupted");
}

// Copies the object piece by piece; gives its SHA-256.
Result<std::string> copy(arrow::io::RandomAccessFile& object, int64_t size,
                         const CancelToken* cancel, arrow::io::OutputStream& to) {
  Sha256 sha256;
  for (int64_t at = 0; at < size;) {
    VERGER_RETURN_IF_ERROR(check(cancel));
    const auto piece = object.ReadAt(at, std::min(kPiece, size - at));
    if (!piece.ok()) return cannot_download(piece.status());
    const std::string_view bytes(**piece);
    if (bytes.empty()) return cannot_download("it ended before its end");
    if (const auto written = to.Write(bytes); !written.ok()) {
      return Status::model("the download cannot be stored (" + written.message() + ")");
    }
    sha256.update(bytes);
    at += static_cast<int64_t>(bytes.size());
  }
  return sha256.finish();
}

// Downloads; gives the SHA-256. An error says in half a sentence what went wrong.
Result<std::string> transfer(std::string_view url, const DownloadLimits& limits,
                             const CancelToken* cancel, arrow::io::OutputStream& to) {
  if (limits.https_only && !url.starts_with("https://")) {
    return cannot_download(std::string(url) + " is not an HTTPS address");
  }
  VERGER_RETURN_IF_ERROR(check(cancel));
  const PublicObject place = parse_url(url);
  const auto store = Store::open(place.bucket_and_folder, place.storage);
  if (!store.ok()) return cannot_download(store.error().message());
  const auto object = (*store)->open_file(place.name);
  if (!object.ok()) return cannot_download(object.error().message());
  const auto size = (*object)->GetSize();
  if (!size.ok()) return cannot_download(size.status());
  if (*size > limits.max_bytes) return cannot_download("it is larger than any such file");
  return copy(**object, *size, cancel, to);
}

}  // namespace

Status download(const OfficialWeights& file, const std::string& folder, const CancelToken* cancel,
                const DownloadLimits& limits) {
  VERGER_ASSIGN_OR_RETURN(const auto cache, Store::open(folder));
  const auto target = cache->create(std::string(file.file_name));
  if (!target.ok()) return cannot_store(folder, target.error().message());
  VERGER_ASSIGN_OR_RETURN(const std::string sha256,
                          transfer(file.url, limits, cancel, *(*target)->stream()));
  if (!file.sha256.empty() && sha256 != file.sha256) {
    return Status::model("what was downloaded is another file (SHA-256 " + sha256.substr(0, 16) +
                         "… instead of " + std::string(file.sha256.substr(0, 16)) + "…)");
  }
  const Status kept = (*target)->commit();
  return kept.ok() ? kept : cannot_store(folder, kept.message());
}

}  // namespace verger

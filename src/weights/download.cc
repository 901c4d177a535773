#include "weights/download.h"

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/status.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "storage/store.h"
#include "verger/options.h"

namespace verger {

namespace {

namespace fs = std::filesystem;

constexpr int kRetries = 3;
constexpr int64_t kPiece = int64_t{1} << 20;  // of one request, after which cancellation is seen

// A hidden file beside its final name, removed unless commit() has renamed it.
class TemporaryFile {
 public:
  static Result<std::unique_ptr<TemporaryFile>> create(const fs::path& target) {
    std::string name = (target.parent_path() / ("." + target.filename().string() + ".XXXXXX"));
    const int descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) return cannot_write(target.parent_path().string(), errno);
    return std::unique_ptr<TemporaryFile>(new TemporaryFile(descriptor, std::move(name)));
  }

  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!name_.empty()) unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // False on failure, of which cannot_store() then tells.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error_ = errno;
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  Status cannot_store() const {
    return Status::model(std::string("the download cannot be stored (") + std::strerror(error_) +
                         ")");
  }

  // Makes the bytes durable, then visible under the final name.
  Status commit(const fs::path& target) {
    const bool kept = fchmod(descriptor_, 0644) == 0 && fsync(descriptor_) == 0 &&
                      close(std::exchange(descriptor_, -1)) == 0 &&
                      std::rename(name_.c_str(), target.c_str()) == 0;
    if (!kept) return cannot_write(target.parent_path().string(), errno);
    name_.clear();
    return {};
  }

  static Status cannot_write(const std::string& folder, int error) {
    return Status::model('\'' + folder + "' cannot be written to (" + std::strerror(error) + ")");
  }

 private:
  TemporaryFile(int descriptor, std::string name)
      : descriptor_(descriptor), name_(std::move(name)) {}

  int descriptor_;
  std::string name_;
  int error_ = 0;
};

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

Status cannot_download(const arrow::Status& error) {
  return cannot_download(error.message());
}

Status check(const CancelToken* cancel) {
  if (cancel == nullptr || !cancel->cancelled()) return {};
  return Status::cancelled("the download was interrupted");
}

// Copies the object piece by piece; gives its SHA-256.
Result<std::string> copy(arrow::io::RandomAccessFile& object, int64_t size,
                         const CancelToken* cancel, TemporaryFile& file) {
  Sha256 sha256;
  for (int64_t at = 0; at < size;) {
    VERGER_RETURN_IF_ERROR(check(cancel));
    const auto piece = object.ReadAt(at, std::min(kPiece, size - at));
    if (!piece.ok()) return cannot_download(piece.status());
    const std::string_view bytes(**piece);
    if (bytes.empty()) return cannot_download("it ended before its end");
    if (!file.write(bytes)) return file.cannot_store();
    sha256.update(bytes);
    at += static_cast<int64_t>(bytes.size());
  }
  return sha256.finish();
}

// Downloads into the temporary file; gives its SHA-256. An error says in half a sentence what went
// wrong.
Result<std::string> transfer(std::string_view url, const DownloadLimits& limits,
                             const CancelToken* cancel, TemporaryFile& file) {
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
  return copy(**object, *size, cancel, file);
}

}  // namespace

Status download(const OfficialWeights& file, const std::string& folder, const CancelToken* cancel,
                const DownloadLimits& limits) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return TemporaryFile::cannot_write(folder, error.value());
  const fs::path target = fs::path(folder) / file.file_name;
  VERGER_ASSIGN_OR_RETURN(const auto temporary, TemporaryFile::create(target));
  VERGER_ASSIGN_OR_RETURN(const std::string sha256, transfer(file.url, limits, cancel, *temporary));
  if (!file.sha256.empty() && sha256 != file.sha256) {
    return Status::model("what was downloaded is another file (SHA-256 " + sha256.substr(0, 16) +
                         "… instead of " + std::string(file.sha256.substr(0, 16)) + "…)");
  }
  return temporary->commit(target);
}

}  // namespace verger

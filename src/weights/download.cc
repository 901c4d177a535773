#include "weights/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "verger/version.h"

namespace verger {

namespace {

namespace fs = std::filesystem;

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

  // False on failure, whose errno is kept for commit().
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

  int error() const { return error_; }

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

// What libcurl's callbacks work on.
struct Transfer {
  TemporaryFile& file;
  Sha256 sha256;
  const CancelToken* cancel;
};

size_t on_bytes(char* bytes, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(bytes, size * count);
  transfer.sha256.update(piece);
  return transfer.file.write(piece) ? piece.size() : 0;
}

// Called at least once a second; anything but 0 ends the transfer.
int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<const Transfer*>(user);
  return transfer.cancel != nullptr && transfer.cancel->cancelled() ? 1 : 0;
}

struct CleanUp {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using Handle = std::unique_ptr<CURL, CleanUp>;

void set_up(CURL* curl, const std::string& url, const DownloadLimits& limits, Transfer& transfer) {
  const char* protocols = limits.https_only ? "https" : "http,https";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!limits.certificate_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, limits.certificate_file.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, limits.connect_timeout_s);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, limits.stall_timeout_s);
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits.max_bytes));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "verger/" VERGER_VERSION);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
}

// Runs the transfer; an error says in half a sentence what went wrong.
Status perform(const std::string& url, const DownloadLimits& limits, Transfer& transfer) {
  // Once in the process and never undone: other users of libcurl may be alive.
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  const Handle curl(initialised == CURLE_OK ? curl_easy_init() : nullptr);
  if (!curl) return Status::model("libcurl cannot be started");
  std::array<char, CURL_ERROR_SIZE> detail{};
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, detail.data());
  set_up(curl.get(), url, limits, transfer);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return {};
  if (code == CURLE_ABORTED_BY_CALLBACK) return Status::cancelled("the download was interrupted");
  if (transfer.file.error() != 0) {
    return Status::model(std::string("the download cannot be stored (") +
                         std::strerror(transfer.file.error()) + ")");
  }
  const char* reason = detail[0] != '\0' ? detail.data() : curl_easy_strerror(code);
  return Status::model(std::string("the official file cannot be downloaded (") + reason + ")");
}

}  // namespace

Status download(const OfficialWeights& file, const std::string& folder, const CancelToken* cancel,
                const DownloadLimits& limits) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return TemporaryFile::cannot_write(folder, error.value());
  const fs::path target = fs::path(folder) / file.file_name;
  VERGER_ASSIGN_OR_RETURN(const auto temporary, TemporaryFile::create(target));
  Transfer transfer{.file = *temporary, .sha256 = {}, .cancel = cancel};
  VERGER_RETURN_IF_ERROR(perform(std::string(file.url), limits, transfer));
  const std::string sha256 = transfer.sha256.finish();
  if (!file.sha256.empty() && sha256 != file.sha256) {
    return Status::model("what was downloaded is another file (SHA-256 " + sha256.substr(0, 16) +
                         "… instead of " + std::string(file.sha256.substr(0, 16)) + "…)");
  }
  return temporary->commit(target);
}

}  // namespace verger

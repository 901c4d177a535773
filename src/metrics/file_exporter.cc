// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "base/option_name.h"
#include "base/status_macros.h"
#include "metrics/exporter.h"

namespace verger {

namespace {

constexpr std::chrono::seconds kInterval{5};

Status write_error(const std::string& path, int error) {
  return Status::io(option_name("metrics") + " cannot write " + path + ": " +
                    std::generic_category().message(error) + '.');
}

int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Collectors of a folder take what ends in .prom: the temporary name does not.
Status replace_file(const std::string& path, std::string_view text) {
  const std::string temporary = path + '.' + std::to_string(getpid()) + ".tmp";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return write_error(path, errno);
  int error = write_all(file, text);
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  unlink(temporary.c_str());
  return write_error(path, error);
}

// Replacing a device or a pipe by a file would be harm.
Status check_replaceable(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {};
  return Status::io(option_name("metrics") + " cannot replace " + path +
                    ", which is not a file; give the name of one.");
}

class FileExporter final : public MetricsExporter {
 public:
  FileExporter(std::string path, const RunMetrics& metrics, Complaint complain)
      : path_(std::move(path)), metrics_(metrics), complain_(std::move(complain)) {
    thread_ = std::thread([this] { run(); });
  }

  ~FileExporter() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stop_.notify_all();
    thread_.join();
    write();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stop_.wait_for(lock, kInterval, [this] { return stopping_; })) {
      lock.unlock();
      write();
      lock.lock();
    }
  }

  // Complains once a trouble, not every time.
  void write() {
    const Status status = replace_file(path_, metrics_.text());
    if (!status.ok() && !failing_) complain_(status.message());
    failing_ = !status.ok();
  }

  const std::string path_;
  const RunMetrics& metrics_;
  const Complaint complain_;
  bool failing_ = false;  // belongs to the thread, and after its end to the destructor

  std::mutex mutex_;
  bool stopping_ = false;
  std::condition_variable stop_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<MetricsExporter>> open_file_exporter(const std::string& path,
                                                            const RunMetrics& metrics,
                                                            MetricsExporter::Complaint complain) {
  VERGER_RETURN_IF_ERROR(check_replaceable(path));
  VERGER_RETURN_IF_ERROR(replace_file(path, metrics.text()));
  std::unique_ptr<MetricsExporter> exporter =
      std::make_unique<FileExporter>(path, metrics, std::move(complain));
  return exporter;
}

}  // namespace verger

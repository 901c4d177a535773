// SPDX-License-Identifier: Apache-2.0
#include "storage/local_pending_file.h"

#include <arrow/io/file.h>
#include <arrow/result.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "base/random_bits.h"
#include "base/status_macros.h"
#include "storage/io_error.h"
#include "storage/local_listing.h"

namespace verger {

namespace {

Status write_error(const LocalFile& file, int error) {
  return io_error("write", file.shown, error);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Makes what was written to a file, or which names a folder has, durable.
Status sync(const LocalFile& target) {
  const int file = open(target.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return write_error(target, errno);
  // Some network filesystems cannot sync a folder and say EINVAL; they have nothing to sync.
  const int error = fsync(file) == 0 || errno == EINVAL ? 0 : errno;
  close(file);
  return error == 0 ? Status() : write_error(target, error);
}

Status make_folders(const LocalFile& folder) {
  struct stat status{};
  if (stat(folder.path.c_str(), &status) == 0) {
    return S_ISDIR(status.st_mode) ? Status() : write_error(folder, ENOTDIR);
  }
  // ENOTDIR: the parent, or one further up, is a file; the call for that one names it.
  if (errno != ENOENT && errno != ENOTDIR) return write_error(folder, errno);
  const LocalFile parent = folder.folder();
  VERGER_RETURN_IF_ERROR(make_folders(parent));
  // Another thread may have been quicker.
  if (mkdir(folder.path.c_str(), 0777) != 0 && errno != EEXIST) return write_error(folder, errno);
  return sync(parent);
}

std::string temporary_path(const std::string& path) {
  const std::size_t name = path.rfind('/') + 1;
  return path.substr(0, name) + std::string(kTemporaryPrefix) + std::to_string(random_bits()) +
         '-' + path.substr(name);
}

class LocalPendingFile final : public PendingFile {
 public:
  LocalPendingFile(LocalFile target, std::string temporary,
                   std::shared_ptr<arrow::io::OutputStream> stream)
      : target_(std::move(target)), temporary_(std::move(temporary)), stream_(std::move(stream)) {}

  ~LocalPendingFile() override {
    if (committed_) return;
    // Nobody will see the file: what went wrong with it no longer matters.
    static_cast<void>(stream_->Close());
    unlink(temporary_.c_str());
  }

  std::shared_ptr<arrow::io::OutputStream> stream() override { return stream_; }

  Status prepare() override {
    if (prepared_) return {};
    if (const arrow::Status closed = stream_->Close(); !closed.ok()) {
      return io_error("write", target_.shown, closed);
    }
    VERGER_RETURN_IF_ERROR(sync({.path = temporary_, .shown = target_.shown}));
    prepared_ = true;
    return {};
  }

  Status commit() override {
    VERGER_RETURN_IF_ERROR(prepare());
    if (rename(temporary_.c_str(), target_.path.c_str()) != 0) return write_error(target_, errno);
    committed_ = true;
    return sync(target_.folder());
  }

 private:
  const LocalFile target_;
  const std::string temporary_;
  const std::shared_ptr<arrow::io::OutputStream> stream_;
  bool prepared_ = false;
  bool committed_ = false;
};

}  // namespace

std::optional<std::string> temporary_for(const std::string& name) {
  if (!name.starts_with(kTemporaryPrefix)) return std::nullopt;
  const std::size_t dash = name.find_first_not_of("0123456789", kTemporaryPrefix.size());
  if (dash == name.npos || name[dash] != '-') return std::nullopt;
  return name.substr(dash + 1);
}

// A place may have been written without its folder, which is then known by its path alone.
LocalFile LocalFile::folder() const {
  LocalFile above{.path = folder_of(path), .shown = ""};
  above.shown = shown.find('/') == shown.npos ? above.path : folder_of(shown);
  return above;
}

Result<std::unique_ptr<PendingFile>> create_local_file(const LocalFile& target) {
  std::string temporary = temporary_path(target.path);
  int file = -1;
  // Between the two a writer that comes to its end may remove the folder, which is empty still.
  for (int attempt = 0; attempt == 0 || (file < 0 && errno == ENOENT && attempt < 3); ++attempt) {
    VERGER_RETURN_IF_ERROR(make_folders(target.folder()));
    file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  if (file < 0) return write_error(target, errno);
  auto stream = arrow::io::FileOutputStream::Open(file);  // owns `file` from here on
  if (!stream.ok()) {
    unlink(temporary.c_str());
    return io_error("write", target.shown, stream.status());
  }
  return std::unique_ptr<PendingFile>(
      new LocalPendingFile(target, std::move(temporary), *std::move(stream)));
}

}  // namespace verger

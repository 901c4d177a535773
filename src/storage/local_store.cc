// SPDX-License-Identifier: Apache-2.0
#include "storage/local_store.h"

#include <arrow/io/file.h>
#include <arrow/result.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/large_pages.h"
#include "base/place.h"
#include "base/status_macros.h"
#include "storage/io_error.h"
#include "storage/local_listing.h"
#include "storage/local_pending_file.h"

namespace verger {

namespace {

constexpr int kDiskListers = 4;

// read(2) that is not interrupted by signals; −1 with errno.
ssize_t read_some(int file, uint8_t* to, std::size_t size) {
  while (true) {
    const ssize_t got = ::read(file, to, size);
    if (got >= 0 || errno != EINTR) return got;
  }
}

// Reads `size` bytes, fewer at the file's end; an errno, or 0.
int read_all(int file, std::size_t size, std::vector<uint8_t>& bytes) {
  reserve_large(bytes, size);
  bytes.resize(size);
  std::size_t used = 0;
  while (used < bytes.size()) {
    const ssize_t got = read_some(file, bytes.data() + used, bytes.size() - used);
    if (got < 0) return errno;
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  bytes.resize(used);
  return 0;
}

Status no_file(const std::string& path) {
  return Status::io("Cannot read " + path + ": it is no regular file.");
}

}  // namespace

// An open file, closed in the end.
class LocalStore::OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  OpenFile(OpenFile&& other) noexcept : descriptor_(other.release()) {}
  OpenFile& operator=(OpenFile&&) = delete;

  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

LocalStore::LocalStore(std::string root, std::string typed, int listers)
    : Store(std::move(typed)),
      root_(std::move(root)),
      listers_(listers > 0 ? listers : kDiskListers) {}

std::string LocalStore::local_name(const std::string& name) const {
  if (name.empty()) return root_;
  return root_ == "/" ? root_ + name : root_ + '/' + name;
}

std::string LocalStore::display_path(const std::string& name) const {
  return "file:" + local_name(name);
}

Status LocalStore::visit(const std::string& folder, const Walk& walk,
                         const FileVisitor& visitor) const {
  return visit_local(local_name(folder), folder.empty() ? "" : folder + '/', walk, listers_,
                     shown(""), visitor);
}

Result<bool> LocalStore::exists(const std::string& name) const {
  struct stat status{};
  if (stat(local_name(name).c_str(), &status) == 0) return !S_ISDIR(status.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return io_error("look for", shown(name), errno);
}

Result<FileEntry> LocalStore::find(const std::string& name) const {
  struct stat status{};
  if (stat(local_name(name).c_str(), &status) != 0) {
    return io_error("read", shown(name), errno);
  }
  if (S_ISDIR(status.st_mode)) return io_error("read", shown(name), EISDIR);
  if (!S_ISREG(status.st_mode)) return no_file(shown(name));
  return FileEntry{
      .name = name,
      .size = status.st_size,
      .mtime_ns = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

// A regular file, which never blocks its reader. Opening a fifo would, but for O_NONBLOCK.
Result<LocalStore::OpenFile> LocalStore::open_regular(const std::string& name,
                                                      int64_t& size) const {
  OpenFile file(::open(local_name(name).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) {
    return io_error("read", shown(name), errno);
  }
  if (S_ISDIR(status.st_mode)) return io_error("read", shown(name), EISDIR);
  if (!S_ISREG(status.st_mode)) return no_file(shown(name));
  size = status.st_size;
  return file;
}

// As many bytes as it says that it has: a file may grow for ever while it is read. Want of memory
// is no fault of the file, and passes on: it rejects no image.
Result<std::vector<uint8_t>> LocalStore::read_whole(const std::string& name,
                                                    const FileEntry* listed) const {
  int64_t size = 0;
  VERGER_ASSIGN_OR_RETURN(const OpenFile file, open_regular(name, size));
  if (listed != nullptr) {
    VERGER_RETURN_IF_ERROR(check_size(size, *listed, shown(name)));
  }
  std::vector<uint8_t> bytes;
  int error = 0;
  try {
    // One of 0 bytes must have no first one either: those of /proc have.
    error = read_all(file.get(), static_cast<std::size_t>(std::max<int64_t>(size, 1)), bytes);
  } catch (const std::length_error&) {
    error = EFBIG;
  }
  if (error != 0) return io_error("read", shown(name), error);
  if (size == 0 && !bytes.empty()) return no_file(shown(name));
  return bytes;
}

Result<std::vector<uint8_t>> LocalStore::read(const std::string& name) const {
  return read_whole(name, nullptr);
}

Result<std::vector<uint8_t>> LocalStore::read_listed(const FileEntry& file) const {
  VERGER_ASSIGN_OR_RETURN(auto bytes, read_whole(file.name, &file));
  VERGER_RETURN_IF_ERROR(check_size(static_cast<int64_t>(bytes.size()), file, shown(file.name)));
  return bytes;
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> LocalStore::open_file(
    const std::string& name) const {
  int64_t size = 0;
  VERGER_ASSIGN_OR_RETURN(OpenFile opened, open_regular(name, size));
  auto file = arrow::io::ReadableFile::Open(opened.release());
  if (!file.ok()) return io_error("read", shown(name), file.status());
  return std::shared_ptr<arrow::io::RandomAccessFile>(*std::move(file));
}

Result<std::unique_ptr<PendingFile>> LocalStore::create(const std::string& name) {
  assert(!name.empty());
  return create_local_file({.path = local_name(name), .shown = shown(name)});
}

Status LocalStore::remove(const std::string& name) {
  assert(!name.empty());
  if (unlink(local_name(name).c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return io_error("remove", shown(name), errno);
}

Result<bool> LocalStore::is_link(const std::string& name) const {
  struct stat status{};
  if (lstat(local_name(name).c_str(), &status) == 0) return S_ISLNK(status.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return io_error("look for", shown(name), errno);
}

Status LocalStore::remove_temporaries(const std::string& folder, const NameFilter& ours) {
  std::error_code error;
  std::filesystem::directory_iterator place(local_name(folder), error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return {};
  }
  for (; !error && place != end(place); place.increment(error)) {
    const auto& path = place->path();
    const auto name = temporary_for(path.filename().string());
    if (!name || !ours(*name)) continue;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
      return io_error("remove", place_below(shown(folder), path.filename().string()), errno);
    }
  }
  if (error) return io_error("list", shown(folder), error.value());
  if (!folder.empty()) static_cast<void>(rmdir(local_name(folder).c_str()));
  return {};
}

}  // namespace verger

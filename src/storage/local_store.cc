#include "storage/local_store.h"

#include <arrow/io/file.h>
#include <arrow/result.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/status_macros.h"
#include "storage/io_error.h"
#include "storage/local_listing.h"
#include "storage/local_pending_file.h"

namespace verger {

namespace {

// read(2) that is not interrupted by signals; −1 with errno.
ssize_t read_some(int file, uint8_t* to, std::size_t size) {
  while (true) {
    const ssize_t got = ::read(file, to, size);
    if (got >= 0 || errno != EINTR) return got;
  }
}

// Reads to the end, whatever the size was thought to be; an errno, or 0.
int read_all(int file, std::size_t expected, std::vector<uint8_t>& bytes) {
  bytes.resize(expected);
  std::size_t used = 0;
  while (used < bytes.size()) {
    const ssize_t got = read_some(file, bytes.data() + used, bytes.size() - used);
    if (got < 0) return errno;
    if (got == 0) return bytes.resize(used), 0;
    used += static_cast<std::size_t>(got);
  }
  std::array<uint8_t, 4096> more;
  while (true) {
    const ssize_t got = read_some(file, more.data(), more.size());
    if (got < 0) return errno;
    if (got == 0) return 0;
    bytes.insert(bytes.end(), more.begin(), more.begin() + got);
  }
}

}  // namespace

LocalStore::LocalStore(std::string root) : root_(std::move(root)) {}

std::string LocalStore::local_name(const std::string& name) const {
  if (name.empty()) return root_;
  return root_ == "/" ? root_ + name : root_ + '/' + name;
}

std::string LocalStore::display_path(const std::string& name) const {
  return "file:" + local_name(name);
}

Status LocalStore::visit(const std::string& folder, bool recursive, bool missing_ok,
                         const FileVisitor& visitor) const {
  return visit_local(local_name(folder), folder.empty() ? "" : folder + '/', recursive, missing_ok,
                     visitor);
}

Result<bool> LocalStore::exists(const std::string& name) const {
  struct stat found{};
  if (stat(local_name(name).c_str(), &found) == 0) return !S_ISDIR(found.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return io_error("look for", display_path(name), errno);
}

Result<FileEntry> LocalStore::find(const std::string& name) const {
  struct stat found{};
  if (stat(local_name(name).c_str(), &found) != 0) {
    return io_error("read", display_path(name), errno);
  }
  if (S_ISDIR(found.st_mode)) return io_error("read", display_path(name), EISDIR);
  return FileEntry{
      .name = name,
      .size = found.st_size,
      .mtime_ns = int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec};
}

Result<std::vector<uint8_t>> LocalStore::read(const std::string& name) const {
  const int file = ::open(local_name(name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return io_error("read", display_path(name), errno);
  struct stat found{};
  std::vector<uint8_t> bytes;
  int error = 0;
  try {
    const bool known = fstat(file, &found) == 0 && S_ISREG(found.st_mode);
    error = read_all(file, known ? static_cast<std::size_t>(found.st_size) : 0, bytes);
  } catch (const std::bad_alloc&) {  // which is no fault of the file, and rejects no image
    close(file);
    throw;
  } catch (const std::length_error&) {
    error = EFBIG;
  }
  close(file);
  if (error != 0) return io_error("read", display_path(name), error);
  return bytes;
}

Result<std::vector<uint8_t>> LocalStore::read_listed(const FileEntry& file) const {
  VERGER_ASSIGN_OR_RETURN(auto bytes, read(file.name));
  return check_size(std::move(bytes), file, display_path(file.name));
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> LocalStore::open_file(
    const std::string& name) const {
  auto file = arrow::io::ReadableFile::Open(local_name(name));
  if (!file.ok()) return io_error("read", display_path(name), file.status());
  return std::shared_ptr<arrow::io::RandomAccessFile>(*std::move(file));
}

Result<std::unique_ptr<PendingFile>> LocalStore::create(const std::string& name) {
  assert(!name.empty());
  return create_local_file(local_name(name));
}

Status LocalStore::remove(const std::string& name) {
  assert(!name.empty());
  if (unlink(local_name(name).c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return io_error("remove", display_path(name), errno);
}

Result<bool> LocalStore::is_link(const std::string& name) const {
  struct stat found{};
  if (lstat(local_name(name).c_str(), &found) == 0) return S_ISLNK(found.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return io_error("look for", display_path(name), errno);
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
      return io_error("remove", "file:" + path.string(), errno);
    }
  }
  return error ? io_error("list", display_path(folder), error.value()) : Status();
}

}  // namespace verger

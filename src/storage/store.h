// A place that holds files: a local folder today's way, any Arrow filesystem by design.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "verger/status.h"

namespace arrow::fs {
class FileSystem;
}
namespace arrow::io {
class OutputStream;
}

namespace verger {

// One file below a Store. `name` is relative to the store's root, '/'-separated.
struct FileEntry {
  std::string name;
  int64_t size = 0;      // bytes
  int64_t mtime_ns = 0;  // modification time, since the Unix epoch
};

// A file being written. Others see it, whole, after commit(); without commit() it never appears.
class PendingFile {
 public:
  virtual ~PendingFile() = default;  // drops the file if it was not committed
  virtual std::shared_ptr<arrow::io::OutputStream> stream() = 0;
  virtual Status commit() = 0;
};

// A root folder on a filesystem. Thread-safe. Every error is kIo and names the full path.
class Store {
 public:
  // `place`: a local path (absolute or relative) or a file:// URI. Nothing is created or read.
  static Result<std::shared_ptr<Store>> open(const std::string& place);

  virtual ~Store() = default;

  // The path as the tables show it, which is as Spark's binaryFile prints it:
  // file:/home/a/Test/Pineapple Mini/128_100.jpg.
  virtual std::string display_path(const std::string& name) const = 0;

  // Every file below `folder` ("" for the root), sorted by the bytes of the name. A missing folder
  // is an empty list when `missing_ok`, an error otherwise. Temporary files of pending writes are
  // not listed.
  virtual Result<std::vector<FileEntry>> list(const std::string& folder, bool recursive,
                                              bool missing_ok) const = 0;

  virtual Result<bool> exists(const std::string& name) const = 0;
  virtual Result<std::vector<uint8_t>> read(const std::string& name) const = 0;
  virtual Result<std::unique_ptr<PendingFile>> create(const std::string& name) = 0;
  virtual Status remove(const std::string& name) = 0;         // fine when it is not there
  virtual Status remove_folder(const std::string& name) = 0;  // with what it holds; likewise

  virtual std::shared_ptr<arrow::fs::FileSystem> filesystem() const = 0;
  virtual std::string filesystem_path(const std::string& name) const = 0;

  // create() + write + commit().
  Status write(const std::string& name, std::span<const uint8_t> bytes);
  Status write(const std::string& name, std::string_view text);
};

}  // namespace verger

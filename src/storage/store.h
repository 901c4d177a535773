// SPDX-License-Identifier: Apache-2.0
// A place that holds files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/place.h"
#include "verger/options.h"
#include "verger/status.h"

namespace arrow::io {
class OutputStream;
class RandomAccessFile;
}  // namespace arrow::io

namespace verger {

// One file below a Store. `name` is relative to the store's root, '/'-separated.
struct FileEntry {
  std::string name;
  int64_t size = 0;      // bytes
  int64_t mtime_ns = 0;  // modification time, since the Unix epoch
};

// What stands under a name; nullopt: no file. Two files of the same bytes may have the same
// version.
using FileVersion = std::optional<std::string>;

// A file being written. Others see it, whole, after commit(); without commit() it never appears.
// Not thread-safe.
class PendingFile {
 public:
  virtual ~PendingFile() = default;  // drops the file if it was not committed
  // Where its bytes go. Errors of the stream become a Status by io_error() (io_error.h).
  virtual std::shared_ptr<arrow::io::OutputStream> stream() = 0;
  // Does what takes time and can be done before the file is visible; commit() does it otherwise.
  virtual Status prepare() { return {}; }
  // Closes the stream and makes the file visible and durable. Once.
  virtual Status commit() = 0;
  // The same in a store that compares versions, provided that `expected` is what stands under the
  // name. Gives the file's version; nullopt when another file stands there, or none: then nothing
  // changed, and it may be called again. A file that was too large for one request replaces
  // whatever stands there.
  virtual Result<FileVersion> commit_over(const FileVersion& expected);
};

// Takes one file of a listing; an error ends the listing with it.
using FileVisitor = std::function<Status(FileEntry)>;

// Picks files by their names.
using NameFilter = std::function<bool(std::string_view name)>;

// How a folder is walked through.
struct Walk {
  bool recursive = true;
  bool missing_ok = false;  // a missing folder is an empty list
  // Asked, if given, of each folder below by its name in the store, before it is looked into: is it
  // to be? Of folders that are not (recursive = false) as well. On S3 a folder is what has keys in
  // it.
  std::function<bool(const std::string& name)> enter{};
  // Told, if given, of what is neither a file nor a folder: a fifo, a device, a socket.
  std::function<void(const std::string& name)> special{};
};

// A root folder on a filesystem. Thread-safe. Every error is kIo and names the path as shown()
// does.
class Store {
 public:
  // `place`: a local path (absolute or relative), a file:// URI, a path as the tables show it
  // (file:/…, spaces as they are), or s3://bucket/key (literally, nothing is percent-decoded).
  // Other schemes are kInvalidArgument. Nothing is created or read. `typed`: how a person wrote it,
  // where that is not `place`.
  static Result<std::shared_ptr<Store>> open(const std::string& place,
                                             const StorageOptions& options = {},
                                             const std::optional<std::string>& typed = {});

  virtual ~Store() = default;

  // The path as the tables show it, which is as Spark's binaryFile prints it:
  // file:/home/a/Test/Pineapple Mini/128_100.jpg.
  virtual std::string display_path(const std::string& name) const = 0;
  // The path as a person wrote the place, for whatever people read: Test/Pineapple
  // Mini/128_100.jpg.
  std::string shown(const std::string& name) const { return place_below(typed_, name); }
  // The same of a path as the tables show it, which need not be below the root.
  std::string shown_path(const std::string& displayed) const;

  // Every file below `folder` ("" for the root), in any order. What is given is called by several
  // threads, one after the other. Links to
  // files and folders are followed, but not into a folder that they lie in; a broken link is listed
  // as a file of 0 bytes, so that nothing is dropped in silence. Temporary files of pending writes
  // are not listed. A listing that contradicts itself, with a name outside of the folder, a
  // negative size or a page that comes again, is an error.
  virtual Status visit(const std::string& folder, const Walk& walk,
                       const FileVisitor& visitor) const = 0;
  // The same, sorted by the bytes of the name. A name that comes twice is an error.
  Result<std::vector<FileEntry>> list(const std::string& folder, bool recursive,
                                      bool missing_ok) const;

  virtual Result<bool> exists(const std::string& name) const = 0;  // a file of this name
  // All bytes of a file, which must be a regular one on a disk: fifos and devices are errors.
  virtual Result<std::vector<uint8_t>> read(const std::string& name) const = 0;
  // Reads a file that was listed, in one request. One of another size by now is an error.
  virtual Result<std::vector<uint8_t>> read_listed(const FileEntry& file) const = 0;
  // The file's size and modification time; kIo when there is none.
  virtual Result<FileEntry> find(const std::string& name) const = 0;
  // How many reads keep this storage busy without harm.
  virtual int default_reads_in_flight() const = 0;
  // Makes the folders it needs. A file of that name is replaced at the commit.
  virtual Result<std::unique_ptr<PendingFile>> create(const std::string& name) = 0;
  virtual Status remove(const std::string& name) = 0;  // fine when it is not there

  // Does this storage compare the version that stands under a name with the expected one, and
  // replace the file only if they agree, in one step? As far as probe_versions() found out.
  virtual bool compares_versions() const { return false; }
  // Finds that out by writing a file again with its text and perhaps a line break more. For the
  // name of a file that is the caller's own and stands there. Once is enough for all names.
  virtual Status probe_versions(const std::string& /*name*/, std::string_view /*text*/) {
    return {};
  }
  virtual Result<FileVersion> version(const std::string& name) const;  // where they are compared
  // create() + write + commit_over().
  Result<FileVersion> write_over(const std::string& name, std::string_view text,
                                 const FileVersion& expected);

  // Removes what writers that were killed left in `folder`, not below it, of files that were to
  // have names for which `ours` holds (without the folder), and on a disk the folder, unless it is
  // the root or something is in it. Only for whoever knows that nobody else is writing those.
  virtual Status remove_temporaries(const std::string& folder, const NameFilter& ours) = 0;

  // Is this name a link to something elsewhere, and not a folder or a file?
  virtual Result<bool> is_link(const std::string& name) const = 0;

  // A file to read from in any order, for readers that speak Arrow.
  virtual Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_file(
      const std::string& name) const = 0;
  // The same of a file that was listed, without asking for its size again.
  virtual Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_listed(
      const FileEntry& file) const {
    return open_file(file.name);
  }
  // Bytes that are sooner read than passed over by another request.
  virtual int64_t read_ahead() const = 0;

  // create() + write + commit().
  Status write(const std::string& name, std::span<const uint8_t> bytes);
  Status write(const std::string& name, std::string_view text);

 protected:
  explicit Store(std::string typed) : typed_(std::move(typed)) {}

 private:
  const std::string typed_;  // the root, as a person wrote it
};

// Sorts by the bytes of the names; kIo when one comes twice.
Status sort_by_name(std::vector<FileEntry>& files, const Store& store);
// kIo: a listing of `store` told this name twice.
Status named_twice(const Store& store, const std::string& name);

// From here on reads that wait for a server end with kCancelled once this is cancelled; borrowed
// until close_storage(). null: for none. Not while reads are under way.
void interrupt_reads(const CancelToken* cancel);

// Gives back what the storage libraries hold of the process. Once, when every Store is gone; no
// Store can be opened afterwards.
void close_storage();

}  // namespace verger

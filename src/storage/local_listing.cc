#include "storage/local_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "storage/io_error.h"

namespace verger {

namespace {

constexpr int64_t kNanosecondsASecond = 1'000'000'000;

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

// A depth-first walk with one open folder at a time.
class Walk {
 public:
  explicit Walk(bool recursive) : recursive_(recursive) {}

  // Appends the files of the folder at `path`, which `opened` is.
  Status add_folder(OpenFolder opened, const std::string& path, const std::string& prefix) {
    struct stat self{};
    if (fstat(dirfd(opened.get()), &self) != 0) return list_error(path);
    const std::pair identity(self.st_dev, self.st_ino);
    // A link back to a folder that we are in would never end.
    if (std::ranges::find(ancestors_, identity) != ancestors_.end()) return {};

    std::vector<std::string> subfolders;
    VERGER_RETURN_IF_ERROR(add_files(opened.get(), path, prefix, subfolders));
    opened.reset();
    if (!recursive_) return {};

    ancestors_.push_back(identity);
    for (const std::string& name : subfolders) {
      const std::string below = path == "/" ? path + name : path + '/' + name;
      OpenFolder subfolder(opendir(below.c_str()));
      if (!subfolder) return list_error(below);
      VERGER_RETURN_IF_ERROR(add_folder(std::move(subfolder), below, prefix + name + '/'));
    }
    ancestors_.pop_back();
    return {};
  }

  std::vector<FileEntry> finish() {
    std::ranges::sort(entries_, {}, &FileEntry::name);
    return std::move(entries_);
  }

 private:
  static Status list_error(const std::string& path) {
    return io_error("list", "file:" + path, errno);
  }

  Status add_files(DIR* folder, const std::string& path, const std::string& prefix,
                   std::vector<std::string>& subfolders) {
    while (true) {
      errno = 0;
      const dirent* entry = readdir(folder);
      if (entry == nullptr) return errno == 0 ? Status() : list_error(path);
      const std::string_view name = entry->d_name;
      if (name == "." || name == ".." || name.starts_with(kTemporaryPrefix)) continue;

      struct stat file{};
      if (fstatat(dirfd(folder), entry->d_name, &file, 0) != 0) {
        if (errno != ENOENT && errno != ELOOP) return list_error(path + '/' + entry->d_name);
        // Removed since readdir(), or a broken link.
        if (fstatat(dirfd(folder), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0) continue;
        add_file(prefix, name, 0, file);
      } else if (S_ISDIR(file.st_mode)) {
        if (recursive_) subfolders.emplace_back(name);
      } else if (S_ISREG(file.st_mode)) {
        add_file(prefix, name, file.st_size, file);
      }
    }
  }

  void add_file(const std::string& prefix, std::string_view name, int64_t size,
                const struct stat& file) {
    FileEntry entry;
    entry.name.reserve(prefix.size() + name.size());
    entry.name.append(prefix).append(name);
    entry.size = size;
    entry.mtime_ns = file.st_mtim.tv_sec * kNanosecondsASecond + file.st_mtim.tv_nsec;
    entries_.push_back(std::move(entry));
  }

  const bool recursive_;
  std::vector<FileEntry> entries_;
  std::vector<std::pair<dev_t, ino_t>> ancestors_;
};

}  // namespace

Result<std::vector<FileEntry>> list_local(const std::string& path, const std::string& prefix,
                                          bool recursive, bool missing_ok) {
  OpenFolder folder(opendir(path.c_str()));
  if (!folder) {
    if (missing_ok && errno == ENOENT) return std::vector<FileEntry>();
    return io_error("list", "file:" + path, errno);
  }
  Walk walk(recursive);
  VERGER_RETURN_IF_ERROR(walk.add_folder(std::move(folder), path, prefix));
  return walk.finish();
}

}  // namespace verger

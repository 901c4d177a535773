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
class FolderWalk {
 public:
  FolderWalk(const Walk& walk, const FileVisitor& visitor) : walk_(walk), visitor_(visitor) {}

  // Visits the files of the folder at `path`, which `opened` is.
  Status visit_folder(OpenFolder opened, const std::string& path, const std::string& prefix) {
    struct stat self{};
    if (fstat(dirfd(opened.get()), &self) != 0) return list_error(path);
    const std::pair identity(self.st_dev, self.st_ino);
    // A link back to a folder that we are in would never end.
    if (std::ranges::find(ancestors_, identity) != ancestors_.end()) return {};

    std::vector<std::string> subfolders;
    VERGER_RETURN_IF_ERROR(visit_files(opened.get(), path, prefix, subfolders));
    opened.reset();
    if (!walk_.recursive) return {};

    ancestors_.push_back(identity);
    for (const std::string& name : subfolders) {
      const std::string below = path == "/" ? path + name : path + '/' + name;
      OpenFolder subfolder(opendir(below.c_str()));
      if (!subfolder && errno == ENOENT) continue;  // removed since, as a run removes empty ones
      if (!subfolder) return unreadable(below, prefix + name);
      VERGER_RETURN_IF_ERROR(visit_folder(std::move(subfolder), below, prefix + name + '/'));
    }
    ancestors_.pop_back();
    return {};
  }

 private:
  static Status list_error(const std::string& path) {
    return io_error("list", "file:" + path, errno);
  }

  // Of a folder within an input, which can be left out.
  Status unreadable(const std::string& path, const std::string& name) const {
    Status status = list_error(path);
    if (!walk_.enter) return status;
    std::string message = status.message();
    message.resize(message.find_last_not_of('.') + 1);
    return Status::io(message + "; --exclude '/" + name + "' leaves it out.");
  }

  Status visit_files(DIR* folder, const std::string& path, const std::string& prefix,
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
        VERGER_RETURN_IF_ERROR(visit_file(prefix, name, 0, file));
      } else if (S_ISDIR(file.st_mode)) {
        const bool enter = !walk_.enter || walk_.enter(prefix + entry->d_name);
        if (walk_.recursive && enter) subfolders.emplace_back(name);
      } else if (S_ISREG(file.st_mode)) {
        VERGER_RETURN_IF_ERROR(visit_file(prefix, name, file.st_size, file));
      } else if (walk_.special) {
        walk_.special(prefix + entry->d_name);
      }
    }
  }

  Status visit_file(const std::string& prefix, std::string_view name, int64_t size,
                    const struct stat& file) {
    FileEntry entry;
    entry.name.reserve(prefix.size() + name.size());
    entry.name.append(prefix).append(name);
    entry.size = size;
    entry.mtime_ns = file.st_mtim.tv_sec * kNanosecondsASecond + file.st_mtim.tv_nsec;
    return visitor_(std::move(entry));
  }

  const Walk& walk_;
  const FileVisitor& visitor_;
  std::vector<std::pair<dev_t, ino_t>> ancestors_;
};

}  // namespace

Status visit_local(const std::string& path, const std::string& prefix, const Walk& walk,
                   const FileVisitor& visitor) {
  OpenFolder folder(opendir(path.c_str()));
  if (!folder) {
    if (walk.missing_ok && errno == ENOENT) return {};
    return io_error("list", "file:" + path, errno);
  }
  return FolderWalk(walk, visitor).visit_folder(std::move(folder), path, prefix);
}

}  // namespace verger

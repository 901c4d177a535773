// SPDX-License-Identifier: Apache-2.0
#include "storage/local_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/option_name.h"
#include "base/parallel.h"
#include "base/place.h"
#include "base/status_macros.h"
#include "base/wait.h"
#include "storage/io_error.h"

namespace verger {

namespace {

constexpr int64_t kNanosecondsASecond = 1'000'000'000;

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

// A folder, and those that it lies in, by which a link back to one of them is known.
struct Identity {
  dev_t device = 0;
  ino_t number = 0;
  std::shared_ptr<const Identity> above{};
};

struct Folder {
  std::string path;
  std::string prefix{};                      // with which the names in it begin
  std::shared_ptr<const Identity> within{};  // null: the one that the walk begins with

  std::string name() const { return prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1); }
};

// What was read of a folder.
struct Entries {
  std::vector<FileEntry> files;
  std::vector<std::string> folders;
  std::vector<std::string> special;
  std::size_t size() const { return files.size() + folders.size() + special.size(); }
};

constexpr std::size_t kEntriesAtOnce = 1024;

// A walk by several listers, who take the folder that was found last.
class FolderWalk {
 public:
  FolderWalk(const Walk& walk, const std::string& root, const FileVisitor& visitor)
      : walk_(walk), root_(root), visitor_(visitor) {}

  Status run(Folder root, int listers) {
    pending_.push_back(std::move(root));
    while (status_.ok() && pending_.size() == 1) {
      if (auto folder = next()) finish(list(*folder));
    }
    const auto count = pending_.empty() ? 1 : static_cast<std::size_t>(listers);
    return parallel_for(count, listers, CancelToken(), [this](std::size_t) {
      while (auto folder = next()) finish(list(*folder));
      const std::lock_guard lock(mutex_);
      return status_;
    });
  }

 private:
  // Waits for one, unless nobody reads one in which others may be; nullopt: the walk has ended.
  std::optional<Folder> next() {
    std::unique_lock lock(mutex_);
    await(changed_, lock, [&] { return !status_.ok() || !pending_.empty() || at_work_ == 0; });
    if (!status_.ok() || pending_.empty()) return std::nullopt;
    Folder folder = std::move(pending_.back());
    pending_.pop_back();
    ++at_work_;
    return folder;
  }

  void finish(Status status) {
    const std::lock_guard lock(mutex_);
    --at_work_;
    if (status_.ok()) status_ = std::move(status);
    changed_.notify_all();
  }

  // `name`: in the store.
  Status list_error(const std::string& name) const {
    return io_error("list", place_below(root_, name), errno);
  }

  Status list(const Folder& folder) {
    const OpenFolder opened(opendir(folder.path.c_str()));
    if (!opened) return cannot_open(folder);
    struct stat status{};
    if (fstat(dirfd(opened.get()), &status) != 0) return list_error(folder.name());
    for (const Identity* above = folder.within.get(); above != nullptr;
         above = above->above.get()) {
      // A link back to a folder that we are in would never end.
      if (above->device == status.st_dev && above->number == status.st_ino) return {};
    }
    const auto self = std::make_shared<const Identity>(
        Identity{.device = status.st_dev, .number = status.st_ino, .above = folder.within});
    bool more = true;
    while (more) {
      Entries entries;
      VERGER_ASSIGN_OR_RETURN(more, read_some(opened.get(), folder, entries));
      VERGER_RETURN_IF_ERROR(take(folder, self, entries));
    }
    return {};
  }

  Status cannot_open(const Folder& folder) const {
    const bool gone = errno == ENOENT;
    if (gone && (folder.within || walk_.missing_ok)) return {};  // as a run removes empty ones
    Status status = list_error(folder.name());
    if (!folder.within || !walk_.enter) return status;
    std::string message = status.message();
    message.resize(message.find_last_not_of('.') + 1);
    return Status::io(message + "; " + option_name("exclude") + " '/" + folder.name() +
                      "' leaves it out.");
  }

  // Is there more in the folder?
  Result<bool> read_some(DIR* opened, const Folder& folder, Entries& entries) const {
    while (entries.size() < kEntriesAtOnce) {
      errno = 0;
      const dirent* entry = readdir(opened);
      if (entry == nullptr && errno != 0) return list_error(folder.name());
      if (entry == nullptr) return false;
      const std::string name = entry->d_name;
      if (name == "." || name == ".." || name.starts_with(kTemporaryPrefix)) continue;
      VERGER_RETURN_IF_ERROR(read_entry(dirfd(opened), name, folder, entries));
    }
    return true;
  }

  Status read_entry(int opened, const std::string& name, const Folder& folder,
                    Entries& entries) const {
    struct stat file{};
    if (fstatat(opened, name.c_str(), &file, 0) != 0) {
      if (errno != ENOENT && errno != ELOOP) return list_error(folder.prefix + name);
      // Removed since readdir(), or a broken link.
      if (fstatat(opened, name.c_str(), &file, AT_SYMLINK_NOFOLLOW) != 0) return {};
      file.st_mode = S_IFREG;
      file.st_size = 0;
    }
    if (S_ISDIR(file.st_mode)) {
      entries.folders.push_back(name);
    } else if (S_ISREG(file.st_mode)) {
      const int64_t time = file.st_mtim.tv_sec * kNanosecondsASecond + file.st_mtim.tv_nsec;
      entries.files.push_back(
          {.name = folder.prefix + name, .size = file.st_size, .mtime_ns = time});
    } else {
      entries.special.push_back(folder.prefix + name);
    }
    return {};
  }

  Status take(const Folder& folder, const std::shared_ptr<const Identity>& self, Entries& entries) {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : entries.folders) {
      const bool enter = !walk_.enter || walk_.enter(folder.prefix + name);
      if (!enter || !walk_.recursive) continue;
      pending_.push_back({.path = folder.path + (folder.path.ends_with('/') ? "" : "/") + name,
                          .prefix = folder.prefix + name + '/',
                          .within = self});
    }
    for (const std::string& name : entries.special) {
      if (walk_.special) walk_.special(name);
    }
    for (FileEntry& file : entries.files) VERGER_RETURN_IF_ERROR(visitor_(std::move(file)));
    changed_.notify_all();
    return {};
  }

  const Walk& walk_;
  const std::string& root_;  // as a person wrote it
  const FileVisitor& visitor_;

  std::mutex mutex_;  // guards what follows, and is held while the walk's functions are called
  std::condition_variable changed_;
  std::vector<Folder> pending_;
  int at_work_ = 0;
  Status status_;
};

}  // namespace

Status visit_local(const std::string& path, const std::string& prefix, const Walk& walk,
                   int listers, const std::string& root, const FileVisitor& visitor) {
  return FolderWalk(walk, root, visitor).run({.path = path, .prefix = prefix}, listers);
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "storage/s3_walk.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "base/option_name.h"
#include "base/parallel.h"
#include "base/status_macros.h"
#include "base/wait.h"
#include "s3/s3_error.h"
#include "storage/io_error.h"
#include "storage/key_ranges.h"

namespace verger {

namespace {

// AWS sends pages without keys where many versions of deleted objects are; but not for ever.
constexpr int kMostEmptyPages = 1000;

// Who reads a range from page to page.
struct Lister {
  std::size_t range = 0;
  ListQuery query{};                    // asks for the next page
  std::optional<ListQuery> by_token{};  // asks for the same, until the other one is known to work
  std::string last{};                   // key that was read, or behind which the range begins
  bool in_order = true;                 // so far
  std::unordered_set<std::string> tokens{};
  int empty_pages = 0;
};

bool in_order(const ListPage& page, const std::string& after) {
  const auto& keys = page.objects;
  if (keys.empty()) return true;
  return keys.front().key > after &&
         std::ranges::adjacent_find(keys, std::greater_equal<>(), &ListedObject::key) == keys.end();
}

// The walk begins as one lister's. Once it turns out that there are many pages, of keys in order,
// and that the server begins behind a key that it is told, others take ranges over (key_ranges.h).
class S3Walk {
 public:
  S3Walk(S3Client& client, const std::string& prefix, const std::string& folder, const Walk& walk,
         int listers, const std::string& place, const FileVisitor& visitor)
      : client_(client),
        query_{.prefix = folder.empty() ? prefix : prefix + folder + '/',
               .delimiter = walk.recursive ? "" : "/"},
        root_(prefix.size()),
        walk_(walk),
        listers_(walk.recursive ? listers : 1),
        place_(place),
        visitor_(visitor),
        gate_(folder, walk),
        ranges_(query_.prefix) {}

  Status run() {
    Lister first{.query = query_};
    bool more = step(first);
    if (more && listers_ > 1 && first.in_order && !first.last.empty()) {
      first.by_token = first.query;
      first.query.token.clear();
      first.query.start_after = first.last;
      more = step(first);
    }
    const auto read = [&](std::size_t lister) {
      while (lister == 0 && more) more = step(first);
      read_others();
      return status();
    };
    const auto count = static_cast<std::size_t>(more && shared_ ? listers_ : 1);
    VERGER_RETURN_IF_ERROR(parallel_for(count, listers_, CancelToken(), read));
    if (any_read_ || walk_.missing_ok || query_.prefix.empty()) return {};
    return io_error("list", place_, ENOENT);
  }

 private:
  Status status() {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  // Takes ranges over from the others until all are read.
  void read_others() {
    while (auto lister = take_over()) {
      while (step(*lister)) {
      }
    }
  }

  std::optional<Lister> take_over() {
    std::unique_lock lock(mutex_);
    std::optional<std::size_t> range;
    await(changed_, lock, [&] {
      if (!status_.ok() || ranges_.empty()) return true;
      range = ranges_.cut();
      return range.has_value();
    });
    if (!range) return std::nullopt;
    Lister lister{.range = *range, .query = query_, .last = ranges_.at(*range)};
    lister.query.start_after = lister.last;
    return lister;
  }

  // Reads the next page of a range. Are there more?
  bool step(Lister& lister) {
    auto page = client_.list(lister.query);
    const std::lock_guard lock(mutex_);
    if (!status_.ok()) return false;
    const bool ordered = page.ok() && in_order(*page, lister.last);
    if (lister.by_token && !ordered) {
      lister.query = *std::exchange(lister.by_token, std::nullopt);
      return true;
    }
    if (std::exchange(lister.by_token, std::nullopt)) shared_ = true;
    lister.in_order &= ordered;
    status_ = page.ok() ? take(lister, *page) : s3_error("list", place_, page.error());
    const bool more = status_.ok() && !lister.query.token.empty();
    if (!more) ranges_.close(lister.range);
    changed_.notify_all();
    return more;
  }

  // With the mutex held, as all that follows.
  Status take(Lister& lister, ListPage& page) {
    const bool empty = page.objects.empty() && page.prefixes.empty();
    any_read_ |= !empty;
    lister.empty_pages = empty ? lister.empty_pages + 1 : 0;
    if (lister.empty_pages > kMostEmptyPages)
      return contradiction("there is no end of empty pages");
    if (!page.next.empty() && !lister.tokens.insert(page.next).second) {
      return contradiction("a page comes again");
    }
    if (shared_ && !lister.in_order) {
      return contradiction("its keys are in no order; " + option_name("listers") +
                           " 1 takes them as they come");
    }
    lister.query.token = page.next;
    for (const std::string& key : page.prefixes) enter(key);
    for (ListedObject& object : page.objects) {
      if (!ranges_.holds(lister.range, object.key)) return lister.query.token.clear(), Status();
      VERGER_RETURN_IF_ERROR(visit(object));
    }
    if (page.objects.empty()) return {};
    lister.last = page.objects.back().key;
    if (shared_) ranges_.move(lister.range, lister.last);
    return {};
  }

  void enter(const std::string& key) {
    std::string name = key.substr(root_);
    if (name.ends_with('/')) name.pop_back();
    if (walk_.enter && !name.empty()) walk_.enter(name);
  }

  Status visit(const ListedObject& object) {
    std::string name = object.key.substr(root_);
    if (name.empty() || name.ends_with('/') || !gate_.admits(name)) return {};
    return visitor_({.name = std::move(name), .size = object.size, .mtime_ns = object.mtime_ns});
  }

  Status contradiction(const std::string& what) const {
    return Status::io("Cannot list " + place_ +
                      ": the server's answer contradicts itself: " + what + ".");
  }

  S3Client& client_;
  const ListQuery query_;  // asks for the first page
  const std::size_t root_;
  const Walk& walk_;
  const int listers_;
  const std::string& place_;
  const FileVisitor& visitor_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  FolderGate gate_;
  KeyRanges ranges_;
  bool shared_ = false;  // ranges can be
  bool any_read_ = false;
  Status status_;
};

}  // namespace

Status walk_s3(S3Client& client, const std::string& prefix, const std::string& folder,
               const Walk& walk, int listers, const std::string& place,
               const FileVisitor& visitor) {
  return S3Walk(client, prefix, folder, walk, listers, place, visitor).run();
}

bool FolderGate::admits(std::string_view name) {
  if (!walk_.enter) return true;
  for (std::size_t slash = name.find('/', below_); slash != name.npos;
       slash = name.find('/', slash + 1)) {
    const std::string folder(name.substr(0, slash));
    if (folder.empty() || entered_ == folder || entered_.starts_with(folder + '/')) continue;
    if (refused_.contains(folder)) return false;
    if (!walk_.enter(folder)) return refused_.insert(folder), false;
  }
  entered_ = name.substr(0, std::min(name.rfind('/'), name.size()));
  if (name.find('/') == name.npos) entered_.clear();
  return true;
}

}  // namespace verger

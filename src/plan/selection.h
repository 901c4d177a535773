// SPDX-License-Identifier: Apache-2.0
// Which files below INPUT hold its images, and what is told of the others.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/glob.h"
#include "plan/image_names.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Why something that lies below INPUT is passed over.
enum class PassedReason {
  kHidden,        // a file that Spark hides
  kHiddenFolder,  // a folder that it hides; what is in it is not looked at
  kHiddenMember,  // an image of a tar, of a hidden name
  kOtherKind,     // a file of another name than images and containers have
  kExcluded,      // a file or folder that --exclude names
  kSpecial,       // a fifo, a device, a socket
  kContainer,     // a container beside loose images
  kNoImages,      // a table without a column of images
};
std::string_view reason_name(PassedReason reason);  // "hidden", "hidden-folder", …

// How much was passed over.
struct PassedOver {
  std::map<std::string, int64_t> by_reason;  // by reason_name()
  std::map<std::string, int64_t> kinds;      // counts other-kind by the ending: ".heic"

  void add(PassedReason reason, int64_t count = 1);
  void add_other_kind(std::string_view name);
  bool empty() const { return by_reason.empty(); }
  bool operator==(const PassedOver&) const = default;

  // "2 files whose names begin with _ or ., 12 .heic and 3 .webp files"; "" for nothing.
  std::string text() const;
};

// Sorts out what a walk through INPUT meets. Not thread-safe.
class Selection {
 public:
  explicit Selection(const InputOptions& options);  // valid ones

  enum class Kind { kImage, kContainer, kPassedOver };
  // `name`: of a file below INPUT. Counts what is passed over.
  Kind take(const std::string& name);
  // Is this folder below INPUT to be looked into?
  bool enter(const std::string& name);
  void special(const std::string& /*name*/) { passed_over_.add(PassedReason::kSpecial); }

  const PassedOver& passed_over() const { return passed_over_; }
  // What kind of table lies below INPUT whose own log alone tells which of its files count: "a
  // Delta table", or "".
  const std::string& logged_table() const { return logged_table_; }

 private:
  bool excluded(const std::string& name) const;

  const ImageNames names_;
  std::vector<std::pair<Glob, bool>> exclude_;  // true: of whole paths
  PassedOver passed_over_;
  std::string logged_table_;
};

// Which kind of table has a log of this folder's or file's name; "" for none.
std::string_view logged_table_of(std::string_view name);

// kIo: `place` is a table of that kind, and is not read file by file.
Status refuse_logged_table(std::string_view kind, const std::string& place);

}  // namespace verger

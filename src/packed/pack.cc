// SPDX-License-Identifier: Apache-2.0
#include "packed/pack.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/option_name.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "output/lease.h"
#include "output/output_names.h"
#include "packed/ordered_reads.h"
#include "packed/pack_writer.h"
#include "plan/image_names.h"
#include "plan/packed_names.h"
#include "storage/listing.h"
#include "verger/version.h"

namespace verger {

namespace {

constexpr std::size_t kHashDigits = 16;

// part-00007-<16 digits>.parquet
std::string container_name(std::size_t number, const std::string& hash, PackFormat format) {
  std::string digits = std::to_string(number);
  digits.insert(0, digits.size() < 5 ? 5 - digits.size() : 0, '0');
  return "part-" + digits + '-' + hash.substr(0, kHashDigits) + '.' +
         std::string(pack_format_name(format));
}

// A name that container_name() gives.
bool is_own(std::string_view name) {
  constexpr std::string_view kStart = "part-";
  const auto all = [](std::string_view text, std::string_view digits) {
    return text.find_first_not_of(digits) == text.npos;
  };
  const std::size_t hash = name.rfind('-') + 1;
  const std::size_t dot = name.rfind('.');
  if (!name.starts_with(kStart) || hash <= kStart.size() || dot != hash + kHashDigits) return false;
  const std::string_view number = name.substr(kStart.size(), hash - 1 - kStart.size());
  const std::string_view ending = name.substr(dot);
  return number.size() >= 5 && all(number, "0123456789") &&
         all(name.substr(hash, kHashDigits), "0123456789abcdef") &&
         (ending == ".parquet" || ending == ".tar");
}

// Images [begin, end) of the list.
struct PackedPart {
  std::string name;
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Packing {
 public:
  Packing(const Store& input, std::shared_ptr<Store> output, const PackPlan& plan,
          const Watch& watch)
      : input_(input), output_(std::move(output)), plan_(plan), watch_(watch) {}

  Result<PackRecord> run() {
    VERGER_RETURN_IF_ERROR(plan_.pack.validate());
    VERGER_RETURN_IF_ERROR(check_free());
    watch_.observer.stage_started("list", kUnknownTotal);
    VERGER_ASSIGN_OR_RETURN(files_, list_images(input_, plan_.input, record_.passed_over,
                                                [&] { watch_.observer.advanced(1, 0); }));
    watch_.observer.stage_finished();
    watch_.observer.stage_started("pack", static_cast<int64_t>(files_.size()));
    VERGER_RETURN_IF_ERROR(begin());
    const auto parts = cut();
    for (const PackedPart& part : parts) {
      if (plan_.resume && present_.contains(part.name)) {
        record_.kept += 1;
        watch_.observer.advanced(static_cast<int64_t>(part.end - part.begin), 0);
      } else {
        VERGER_RETURN_IF_ERROR(write(part));
      }
      present_.erase(part.name);
    }
    VERGER_RETURN_IF_ERROR(files_.check());
    watch_.observer.stage_finished();
    record_.images = static_cast<int64_t>(files_.size());
    record_.containers = static_cast<int64_t>(parts.size());
    for (const std::string& stale : present_) {
      if (is_own(stale)) VERGER_RETURN_IF_ERROR(output_->remove(stale));
    }
    VERGER_RETURN_IF_ERROR(output_->write(std::string(kSuccessName), std::string_view()));
    return record_;
  }

 private:
  // From here on the output is this pack's alone. Another one may have come and gone before.
  Status begin() {
    VERGER_ASSIGN_OR_RETURN(output_, hold_output(output_, "pack", watch_.cancel));
    VERGER_RETURN_IF_ERROR(check_free());
    VERGER_RETURN_IF_ERROR(output_->remove(std::string(kSuccessName)));
    VERGER_RETURN_IF_ERROR(output_->remove_temporaries(
        std::string(kLeasesFolder), [](std::string_view name) { return name.ends_with(".json"); }));
    return output_->remove_temporaries(
        "", [](std::string_view name) { return is_own(name) || name == kSuccessName; });
  }

  Status check_free() {
    VERGER_ASSIGN_OR_RETURN(const auto present, output_->list("", true, true));
    present_.clear();
    for (const FileEntry& file : present) {
      if (!file.name.starts_with(kLeasesFolder)) present_.insert(file.name);
    }
    if (plan_.overwrite || plan_.resume || present_.empty()) return check_no_others();
    return Status::io(output_->shown("") + " is not empty; give " + option_set("overwrite") +
                      " to replace the containers that it holds, " + option_set("resume") +
                      " to go on with them, or another OUTPUT.");
  }

  // Whoever reads the output takes every container in it for a part.
  Status check_no_others() const {
    for (const std::string& name : present_) {
      if (is_own(name) || !is_container(name)) continue;
      return Status::io(output_->shown("") + " holds " + name +
                        ", which is no container that verger pack wrote; move it away, or choose "
                        "another OUTPUT.");
    }
    return {};
  }

  // Neighbours of the sorted list, until they have enough bytes.
  std::vector<PackedPart> cut() {
    std::vector<PackedPart> parts;
    std::size_t begin = 0;
    int64_t bytes = 0;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      bytes += file_of(files_[i]).size;
      if (bytes < plan_.pack.pack_bytes && i + 1 < files_.size()) continue;
      const std::size_t end = i + 1;
      parts.push_back(
          {container_name(parts.size(), hash(begin, end), plan_.pack.format), begin, end});
      record_.bytes += bytes;
      begin = end;
      bytes = 0;
    }
    return parts;
  }

  // Covers all that the bytes of a container of images [begin, end) depend on.
  std::string hash(std::size_t begin, std::size_t end) const {
    Sha256 sha;
    sha.update(std::string("verger-pack ") + kVersion + '\n');
    for (std::size_t i = begin; i < end; ++i) {
      const FileEntry file = file_of(files_[i]);
      sha.update(input_.display_path(file.name) + '\t' + file.name + '\t' +
                 std::to_string(file.size) + '\t' + std::to_string(file.mtime_ns) + '\n');
    }
    return sha.finish();
  }

  Status write(const PackedPart& part) {
    VERGER_ASSIGN_OR_RETURN(const auto writer,
                            PackWriter::create(*output_, part.name, plan_.pack.format));
    const auto add = [&](const FileEntry& file, std::vector<uint8_t> bytes) -> Status {
      const std::string path = input_.display_path(file.name);
      VERGER_RETURN_IF_ERROR(
          writer->add({file.name, path, label_of(path), file.mtime_ns, std::move(bytes)}));
      watch_.observer.advanced(1, 0);
      return {};
    };
    std::vector<FileEntry> files;
    for (std::size_t i = part.begin; i < part.end; ++i) files.push_back(file_of(files_[i]));
    VERGER_RETURN_IF_ERROR(read_in_order(input_, files, plan_.reads_in_flight, watch_.cancel, add));
    return writer->finish();
  }

  const Store& input_;
  std::shared_ptr<Store> output_;
  const PackPlan& plan_;
  const Watch watch_;
  SortedList files_;
  std::set<std::string> present_;  // in the output, at first
  PackRecord record_;
};

}  // namespace

Result<PackRecord> pack(const Store& input, std::shared_ptr<Store> output, const PackPlan& plan,
                        const Watch& watch) {
  return Packing(input, std::move(output), plan, watch).run();
}

}  // namespace verger

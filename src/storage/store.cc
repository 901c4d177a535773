// SPDX-License-Identifier: Apache-2.0
#include "storage/store.h"

#include <arrow/io/interfaces.h>
#include <arrow/status.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/place.h"
#include "base/status_macros.h"
#include "s3/transport.h"
#include "storage/io_error.h"
#include "storage/local_path.h"
#include "storage/local_store.h"
#include "storage/s3_store.h"

namespace verger {

Result<std::shared_ptr<Store>> Store::open(const std::string& place, const StorageOptions& options,
                                           const std::optional<std::string>& typed) {
  VERGER_RETURN_IF_ERROR(check_no_credential(place));
  const std::string& written = typed ? *typed : place;
  const std::string scheme = scheme_of(place);
  if (scheme == "s3" || scheme == "s3a") return open_s3_store(place, written, options);
  if (!scheme.empty() && scheme != "file") {
    return Status::invalid_argument("'" + place + "' cannot be opened: places are local paths, " +
                                    "file:// and s3:// URIs, not " + scheme + "://.");
  }
  VERGER_ASSIGN_OR_RETURN(std::string root, local_path(place));
  return std::shared_ptr<Store>(
      std::make_shared<LocalStore>(std::move(root), written, options.listers));
}

std::string Store::shown_path(const std::string& displayed) const {
  const std::string root = display_path("");
  if (!displayed.starts_with(root)) return written_place(displayed);
  const std::string below = displayed.substr(root.size());
  if (below.empty()) return shown("");
  if (!root.ends_with('/') && !below.starts_with('/')) return written_place(displayed);
  return shown(below.substr(below.starts_with('/') ? 1 : 0));
}

Result<std::vector<FileEntry>> Store::list(const std::string& folder, bool recursive,
                                           bool missing_ok) const {
  std::vector<FileEntry> files;
  const Walk walk{.recursive = recursive, .missing_ok = missing_ok};
  VERGER_RETURN_IF_ERROR(visit(folder, walk, [&](FileEntry file) {
    files.push_back(std::move(file));
    return Status();
  }));
  VERGER_RETURN_IF_ERROR(sort_by_name(files, *this));
  return files;
}

Status sort_by_name(std::vector<FileEntry>& files, const Store& store) {
  std::ranges::sort(files, {}, &FileEntry::name);
  const auto twice = std::ranges::adjacent_find(files, {}, &FileEntry::name);
  return twice == files.end() ? Status() : named_twice(store, twice->name);
}

Status named_twice(const Store& store, const std::string& name) {
  return Status::io("Cannot list " + store.shown("") + ": its server names " + store.shown(name) +
                    " twice.");
}

Status Store::write(const std::string& name, std::span<const uint8_t> bytes) {
  VERGER_ASSIGN_OR_RETURN(const auto file, create(name));
  const arrow::Status written =
      file->stream()->Write(bytes.data(), static_cast<int64_t>(bytes.size()));
  if (!written.ok()) return io_error("write", shown(name), written);
  return file->commit();
}

Status Store::write(const std::string& name, std::string_view text) {
  return write(name, std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

Result<FileVersion> PendingFile::commit_over(const FileVersion& /*expected*/) {
  assert(false);  // this storage compares no versions
  return Status::io("Versions are not compared here.");
}

Result<FileVersion> Store::version(const std::string& /*name*/) const {
  assert(false);
  return Status::io("Versions are not compared here.");
}

Result<FileVersion> Store::write_over(const std::string& name, std::string_view text,
                                      const FileVersion& expected) {
  VERGER_ASSIGN_OR_RETURN(const auto file, create(name));
  const arrow::Status written =
      file->stream()->Write(text.data(), static_cast<int64_t>(text.size()));
  if (!written.ok()) return io_error("write", shown(name), written);
  return file->commit_over(expected);
}

void interrupt_reads(const CancelToken* cancel) { interrupt_s3_reads(cancel); }

void close_storage() { close_s3(); }

}  // namespace verger

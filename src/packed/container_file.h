// SPDX-License-Identifier: Apache-2.0
// What every kind of container knows of its file.
#pragma once

#include <arrow/io/interfaces.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plan/image_names.h"
#include "plan/tar.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct ContainerFile {
  std::shared_ptr<const Store> store;
  FileEntry entry;
  InputOptions options;

  std::string path() const { return store->display_path(entry.name); }
  std::string shown() const { return store->shown(entry.name); }
  // The label of all its images that a folder above tells, "label=Apple"; none without one.
  std::optional<std::string> label() const { return partition_label(path(), options.label_column); }

  // Allocates no more than the file has bytes, whatever its own headers claim.
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open() const;

  // kIo: "Cannot read x.tar: …". `cause` may be a library's text of several lines.
  Status error(std::string_view cause) const;
  // The same, where one image of it is to blame.
  Status error(const std::string& image, std::string_view cause) const;
};

// A reader of `file`, which it borrows.
ForwardReader forward_reader(arrow::io::RandomAccessFile& file, int64_t size, int64_t read_ahead);

// `file`, but reads that would pass its end are cut before memory is taken for them.
std::shared_ptr<arrow::io::RandomAccessFile> clamped_file(
    std::shared_ptr<arrow::io::RandomAccessFile> file);

}  // namespace verger

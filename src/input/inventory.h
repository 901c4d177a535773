// SPDX-License-Identifier: Apache-2.0
// An S3 Inventory as INPUT: the list of a bucket's objects that AWS writes daily or weekly, by its
// manifest.json (Amazon S3 User Guide, "Locating your inventory list").
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct InventoryManifest {
  enum class Format { kCsv, kOrc, kParquet };
  struct File {
    std::string key;  // in the destination
    int64_t size = 0;
  };

  std::string bucket;       // whose objects are listed
  std::string destination;  // the bucket that holds the files
  int64_t created_ms = 0;   // since 1970
  Format format = Format::kCsv;
  std::vector<std::string> columns;  // what a CSV file's columns are, in order
  std::vector<File> files;

  // kIo: half a sentence on what `text` lacks.
  static Result<InventoryManifest> parse(std::string_view text);
};

// One object of an inventory's file. Of several versions the current one counts, unless it marks a
// deletion.
struct InventoryRow {
  FileEntry object;  // its key as the name
  bool counts = true;
};

// Every row of one file, in its order; by batches, so that memory does not grow with the file.
// `columns`: the manifest's. kIo: the file is damaged, or has no such columns.
Status visit_inventory_file(const Store& store, const InventoryManifest::File& file,
                            InventoryManifest::Format format,
                            const std::vector<std::string>& columns,
                            const std::function<Status(InventoryRow)>& visitor);

// The bucket of an inventory, of which visit() gives what the inventory lists. An object that is
// gone since, or has another size, cannot be read, and the error says of when the inventory is.
// `bucket` and `destination`: the stores of both.
std::shared_ptr<Store> inventory_store(InventoryManifest manifest, std::shared_ptr<Store> bucket,
                                       std::shared_ptr<const Store> destination);

// INPUT: what Store::open() opens, or when that is an inventory's manifest.json on S3, its bucket.
struct OpenedInput {
  std::shared_ptr<Store> store;
  std::string note;  // a sentence on an inventory, or ""
};
Result<OpenedInput> open_input(const std::string& place, const StorageOptions& options);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// The output folder: what is where in it, and in which order it becomes visible (docs/formats.md).
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "output/output_names.h"
#include "output/own_files.h"
#include "storage/fenced_store.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Which tables a command writes anew.
enum class Tables { kFeatures, kReduction, kAll };

class OutputFolder {
 public:
  OutputFolder(std::shared_ptr<Store> store, Layout layout, Tables tables)
      : store_(std::move(store)),
        layout_(layout),
        folders_(table_folders(layout)),
        tables_(tables),
        own_(layout) {}

  Store& store() const { return *store_; }
  const std::shared_ptr<Store>& shared_store() const { return store_; }
  const TableFolders& folders() const { return folders_; }

  // kIo when something is there already that `options` do not allow to replace or go on with, or
  // that is not verger's where this command writes. Writes nothing.
  Status check_free(const OutputOptions& options) const;

  // The same folder, written through `fence`.
  OutputFolder fenced(std::shared_ptr<Fence> fence) const {
    return {std::make_shared<FencedStore>(store_, std::move(fence)), layout_, tables_};
  }

  // The run `uuid` begins to write: takes down the `_SUCCESS` marks, so that no reader that honours
  // them sees a mixture, and the report. Returns the runs of which parts are here or will be, which
  // the record of this one must name before it writes any.
  Result<std::vector<std::string>> begin(const std::string& uuid);

  // Everything new is complete: removes the files that earlier runs left in the written tables
  // (OwnFiles, and no others), then sets the `_SUCCESS` marks. `written`: the names of the files
  // written by this run.
  Status finish(const std::set<std::string>& written);

  // The run ends before that: removes what was half-written, and what was only meant for a crew.
  Status sweep();

 private:
  Status check_same_layout() const;
  Status check_resumed(const OutputOptions& options, const std::vector<FileEntry>& files) const;
  Status check_no_links() const;
  Result<OwnFiles> own_files() const;
  Result<std::vector<FileEntry>> present() const;
  Status remove_stale(const std::string& folder, const std::set<std::string>& written);
  Status remove_temporaries();
  std::set<std::string> table_names() const;
  std::set<std::string> owned_folders() const;
  bool is_foreign(const OwnFiles& own, const std::string& folder, const std::string& name) const;

  std::shared_ptr<Store> store_;
  Layout layout_;
  TableFolders folders_;
  Tables tables_;
  OwnFiles own_;  // after begin()
};

}  // namespace verger

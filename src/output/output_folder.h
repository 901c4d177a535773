// The output folder: what is where in it, and in which order it becomes visible (docs/formats.md).
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/fenced_store.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

inline constexpr std::string_view kSuccessName = "_SUCCESS";
inline constexpr std::string_view kRunRecordName = "_verger/run.json";
inline constexpr std::string_view kReductionRecordName = "_verger/reduction.json";
inline constexpr std::string_view kShardsFolder = "_verger/shards";
inline constexpr std::string_view kMomentsFolder = "_verger/moments";
inline constexpr std::string_view kInputsFolder = "_verger/inputs";
inline constexpr std::string_view kLeasesFolder = "_verger/leases";
inline constexpr std::string_view kPlanFolder = "_verger/plan";

// Folders below the output; "" is the output itself.
struct TableFolders {
  std::string features;
  std::string pca;
  std::string rejected;
  std::string model;
};
TableFolders table_folders(Layout layout);

// folder + '/' + name, or the name alone when the folder is "".
std::string below(std::string_view folder, std::string_view name);

// A random version 4 UUID, as in part files' names.
std::string random_uuid();

// Which tables a command writes anew.
enum class Tables { kFeatures, kReduction, kAll };

class OutputFolder {
 public:
  OutputFolder(std::shared_ptr<Store> store, Layout layout, Tables tables)
      : store_(std::move(store)),
        layout_(layout),
        folders_(table_folders(layout)),
        tables_(tables) {}

  Store& store() const { return *store_; }
  const std::shared_ptr<Store>& shared_store() const { return store_; }
  const TableFolders& folders() const { return folders_; }

  // kIo when something is there already that `options` do not allow to replace or go on with.
  // Writes nothing.
  Status check_free(const OutputOptions& options) const;

  // The same folder, written through `fence`.
  OutputFolder fenced(std::shared_ptr<Fence> fence) const {
    return {std::make_shared<FencedStore>(store_, std::move(fence)), layout_, tables_};
  }

  // Takes down the `_SUCCESS` marks, so that no reader that honours them sees a mixture.
  Status begin();

  // Everything new is complete: removes the files that earlier runs left in the written tables
  // (parts, manifests; never a file that is not of their kind), then sets the `_SUCCESS` marks.
  // `written`: the names of the files written by this run.
  Status finish(const std::set<std::string>& written);

  // The run ends before that: removes what was half-written, and what was only meant for a crew.
  Status sweep();

 private:
  Status check_same_layout() const;
  Result<std::vector<FileEntry>> present() const;
  Status remove_stale(const std::string& folder, const std::set<std::string>& written);
  std::set<std::string> owned_folders() const;

  std::shared_ptr<Store> store_;
  Layout layout_;
  TableFolders folders_;
  Tables tables_;
};

}  // namespace verger

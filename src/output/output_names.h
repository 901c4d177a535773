// SPDX-License-Identifier: Apache-2.0
// What is where in an output (docs/formats.md).
#pragma once

#include <string>
#include <string_view>

#include "verger/options.h"

namespace verger {

inline constexpr std::string_view kSuccessName = "_SUCCESS";
inline constexpr std::string_view kRecordsFolder = "_verger";
inline constexpr std::string_view kRunRecordName = "_verger/run.json";
inline constexpr std::string_view kReductionRecordName = "_verger/reduction.json";
inline constexpr std::string_view kShardsFolder = "_verger/shards";
inline constexpr std::string_view kMomentsFolder = "_verger/moments";
inline constexpr std::string_view kInputsFolder = "_verger/inputs";
inline constexpr std::string_view kLeasesFolder = "_verger/leases";
inline constexpr std::string_view kPlanFolder = "_verger/plan";
inline constexpr std::string_view kSearchFolder = "_verger/search";

// Folders below the output; "" is the output itself.
struct TableFolders {
  std::string features;
  std::string pca;
  std::string rejected;
  std::string model;
};
TableFolders table_folders(Layout layout);

// Where a run leaves its report: beside the tables, but where readers of the notebook layout, in
// which OUTPUT is a table, pass over it.
std::string report_name(Layout layout);

// folder + '/' + name, or the name alone when the folder is "".
std::string below(std::string_view folder, std::string_view name);
// And back: "a/b/c" is "c" in "a/b".
std::string_view base_name(std::string_view name);
std::string_view folder_name(std::string_view name);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include "output/file_sizes.h"

#include <set>

#include "base/status_macros.h"

namespace verger {

Result<FileSizes> sizes_of_files(const OutputFolder& output) {
  const TableFolders& folders = output.folders();
  FileSizes sizes;
  for (const std::string& folder : std::set<std::string>{
           folders.features, folders.rejected, folders.pca, std::string(kShardsFolder),
           std::string(kMomentsFolder), std::string(kInputsFolder)}) {
    VERGER_ASSIGN_OR_RETURN(const auto files, output.store().list(folder, false, true));
    for (const auto& file : files) sizes[file.name] = file.size;
  }
  return sizes;
}

std::string missing_file(const ShardManifest& manifest, const FileSizes& sizes) {
  for (const PartInfo& file : manifest.files()) {
    const auto entry = sizes.find(file.name);
    if (entry == sizes.end() || entry->second != file.bytes) return file.name;
  }
  return "";
}

}  // namespace verger

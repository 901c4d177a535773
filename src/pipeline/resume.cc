#include "pipeline/resume.h"

#include <set>
#include <utility>

#include "base/parallel.h"
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
    const auto found = sizes.find(file.name);
    if (found == sizes.end() || found->second != file.bytes) return file.name;
  }
  return "";
}

Result<std::vector<Shard>> adopt_finished_shards(ShardWriter& writer, const OutputFolder& output,
                                                 std::span<const Shard> shards, const Pass& pass) {
  VERGER_ASSIGN_OR_RETURN(const FileSizes sizes, sizes_of_files(output));
  std::vector<char> adopted(shards.size(), 0);  // not bool: each is written by a thread of its own
  const auto adopt = [&](std::size_t i) -> Status {
    const ShardManifest expected = writer.expected(shards[i], images_of(shards[i]));
    if (!sizes.contains(expected.name())) return {};
    const auto manifest = read_shard_manifest(output.store(), expected.name());
    if (!manifest.ok() || !manifest->same_recipe(expected) ||
        !missing_file(*manifest, sizes).empty()) {
      return {};
    }
    // A file that cannot be read is no reason to stop: its shard is done again.
    adopted[i] = writer.adopt(*manifest).ok() ? 1 : 0;
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(shards.size(), pass.threads, pass.cancel, adopt));
  std::vector<Shard> remaining;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (adopted[i] == 0) remaining.push_back(shards[i]);
  }
  return remaining;
}

}  // namespace verger

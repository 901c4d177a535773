// What an interrupted run left that need not be done again.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pipeline/output_folder.h"
#include "pipeline/reduction.h"
#include "pipeline/shard_manifest.h"
#include "pipeline/shard_writer.h"
#include "plan/shards.h"
#include "verger/status.h"

namespace verger {

using FileSizes = std::map<std::string, int64_t>;  // of files, by their names below the output

// Of all files of the output that manifests may name.
Result<FileSizes> sizes_of_files(const OutputFolder& output);

// The first file that the manifest names and that is not there with its size; "" for none.
std::string missing_file(const ShardManifest& manifest, const FileSizes& sizes);

// Hands to `writer` the shards of `shards` that an earlier run finished by the same recipe and
// whose files are all in the output, whole by their sizes. Returns the shards that remain, in
// order. A manifest that is damaged or of other images, options or weights counts as none.
Result<std::vector<Shard>> adopt_finished_shards(ShardWriter& writer, const OutputFolder& output,
                                                 std::span<const Shard> shards, const Pass& pass);

}  // namespace verger

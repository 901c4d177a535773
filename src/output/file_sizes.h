// SPDX-License-Identifier: Apache-2.0
// Which files of a result are there, as far as their sizes tell.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "output/output_folder.h"
#include "output/shard_manifest.h"
#include "verger/status.h"

namespace verger {

using FileSizes = std::map<std::string, int64_t>;  // by the files' names below the output

// Looks at all files of the output that manifests may name.
Result<FileSizes> sizes_of_files(const OutputFolder& output);

// The first file that the manifest names and that is not there with its size; "" for none.
std::string missing_file(const ShardManifest& manifest, const FileSizes& sizes);

}  // namespace verger

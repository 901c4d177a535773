// SPDX-License-Identifier: Apache-2.0
// A table of features that stands: its parts → moments, pca parts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "output/output_folder.h"
#include "output/run_record.h"
#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/moments.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// The parts of a features table, in the order of their names; part i is shard i of the moments.
struct FeaturesTable {
  const Store& store;
  std::vector<std::string> parts;
};

// Finds the parts below `store`: in features/, or in the root (the notebook's layout, or any folder
// of Parquet files). None is kIo.
Result<FeaturesTable> find_features(const Store& store);

// kIo when the run that made the features of `place` did not come to its end.
Status check_whole(const RunRecord& extraction, const std::string& place);

// Is it a stage of reduce, which begins with features?
bool is_stage_of_reduction(std::string_view stage);

// The record of a reduction that joins the output of its extraction: what decided the features
// stays, so that an update goes on with both.
RunRecord joined(RunRecord extraction, const RunRecord& reduction);

// The first part with a row tells it. kIo when there is none, kModel when it is too wide to be
// reduced.
Result<int> width_of(const FeaturesTable& features);

// kModel when vectors of this width are too wide to be reduced.
Status check_width(int64_t width);

// kInvalidArgument when more components are asked for than there are features; `features`: whose.
Status check_components(const PcaOptions& options, int64_t width, const std::string& features);

// Moments of one part's rows, which must have `width` features.
Result<Moments> moments_of_part(const Store& store, const std::string& name, int width);

// Projects the part `name` of `features` and writes it as `file` into the pca table.
Result<PartInfo> project_part(const Store& features, const std::string& name,
                              const OutputFolder& output, const std::string& file, Layout layout,
                              const PcaModel& model);

}  // namespace verger

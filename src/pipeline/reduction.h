// Features parts → moments → PCA model → pca parts.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "parquet/tables.h"
#include "pipeline/observer.h"
#include "pipeline/output_folder.h"
#include "pipeline/run_record.h"
#include "storage/store.h"
#include "verger/model.h"
#include "verger/moments.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// What a pass over parts needs besides the parts.
struct Pass {
  int threads = 1;
  const CancelToken& cancel;
  Observer& observer;
};

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

// The record of a reduction that joins the output of its extraction: what decided the features
// stays, so that an update goes on with both.
RunRecord joined(RunRecord extraction, const RunRecord& reduction);

// kModel when vectors of this width are too wide to be reduced.
Status check_width(int64_t width);

// Moments of one part's rows, which must have `width` features.
Result<Moments> moments_of_part(const Store& store, const std::string& name, int width);

// Moments of all rows, merged in the fixed tree. Every part must have rows of one width.
Result<Moments> moments_of(const FeaturesTable& features, const Pass& pass);

// Projects every part and writes it into the pca table; part i is of the number numbers[i], or i
// when there are none.
Result<std::vector<PartInfo>> project_parts(const FeaturesTable& features, OutputFolder& output,
                                            Layout layout, const PcaModel& model,
                                            const std::string& uuid, const Pass& pass,
                                            std::span<const std::size_t> numbers = {});

// Writes the model's files; their infos, for the record.
Result<std::vector<PartInfo>> save_model(OutputFolder& output, const PcaModel& model,
                                         const PcaProvenance& provenance);

// Loads a model from a folder of model.json, or from an output that holds one. kModel when there is
// none or it is damaged.
Result<DecodedPcaModel> load_model(const Store& store);

// The hash of a model's files.
std::string model_sha256(const DecodedPcaModel& model);

// kModel when the model was fitted on the features of another network than `network`.
Status check_same_network(const DecodedPcaModel& model, const ModelInfo& network);

}  // namespace verger

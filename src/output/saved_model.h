// SPDX-License-Identifier: Apache-2.0
// A fitted model on storage: the folder model/ of a result.
#pragma once

#include <string>
#include <vector>

#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/model.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// Writes the model's files into `folder`, each name behind `prefix`; their infos, for the record.
Result<std::vector<PartInfo>> save_model(Store& output, const std::string& folder,
                                         const DecodedPcaModel& model,
                                         const std::string& prefix = {});

// Loads a model from a folder of model.json, or from an output that holds one. kModel when there is
// none or it is damaged.
Result<DecodedPcaModel> load_model(const Store& store);

// Loads what save_model() wrote; kModel when it is not there or damaged.
Result<DecodedPcaModel> load_model(const Store& store, const std::string& folder,
                                   const std::string& prefix);

// The hash of a model's files.
std::string model_sha256(const DecodedPcaModel& model);

// kModel when the model was fitted on the features of another network than `network`.
Status check_same_network(const DecodedPcaModel& model, const ModelInfo& network);

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
// Standardise and reduce: moments → model → projections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "verger/export.h"
#include "verger/moments.h"
#include "verger/options.h"
#include "verger/status.h"

namespace VERGER_EXPORT verger {

// Standardisation (sample deviation, n − 1) and principal components of the standardised features,
// all float64. Without PcaOptions::standardize every deviation is 1, so that "standardised" means
// centred and nothing more. The loading of largest magnitude in each component is positive; the
// first on ties, which are magnitudes within 1e-9 of the largest.
struct PcaModel {
  int width = 0;                  // features
  int k = 0;                      // components kept
  int64_t count = 0;              // rows it was fitted on
  double variance = 0;            // PcaOptions::variance that chose k; 0 when `components` did
  bool standardize = true;        // PcaOptions::standardize
  std::vector<double> mean;       // width
  std::vector<double> deviation;  // width; 0 for a constant column, which standardises to 0
  // The whole spectrum: width, descending. What rounding leaves in place of a zero is set to 0, so
  // that rank() of them are positive.
  std::vector<double> eigenvalues;
  std::vector<double> components;  // k × width, row-major, orthonormal rows

  // The share of the whole variance that the first `components_kept` have; 1 from rank() on.
  double cumulative_ratio(int components_kept) const;
  int rank() const;
};

// Where `variance` decides, k is the smallest number whose cumulative ratio is at least that, and
// at most the rank. kInvalidArgument when the options are invalid, the moments have fewer than 2
// rows, every column is constant, or `components` exceeds the rank; kCheckFailed when the
// eigenvectors that OpenBLAS gives are wrong.
Result<PcaModel> fit_pca(const Moments& moments, const PcaOptions& options);

// projected[i] = components · ((rows[i] − mean) / deviation). `rows`: n × width float32;
// `projected`: n × k float64. A row's result has the same bits on every CPU and does not depend on
// its neighbours. Beside its rows a call costs as much as about 10 of them: give it many.
// Thread-safe.
void project(const PcaModel& model, std::span<const float> rows, std::span<double> projected);

// standardised[i] = (rows[i] − mean) / deviation, 0 where the deviation is; both n × width.
// Thread-safe.
void standardise(const PcaModel& model, std::span<const float> rows,
                 std::span<double> standardised);

// What produced the features that a PcaModel was fitted on; `apply` refuses other weights.
struct PcaProvenance {
  std::string verger_version;
  std::string model_name;
  std::string weights;
  std::string weights_sha256;
  std::string precision;
  bool untrained = false;
};

// A model on disk is a folder of model.json and .npy arrays (docs/formats.md). These two know the
// bytes, not the storage: write the files in the order given (model.json, which holds the arrays'
// SHA-256, comes last); decoding verifies hashes, shapes and finiteness (kModel).
struct EncodedFile {
  std::string name;
  std::vector<uint8_t> bytes;
};
std::vector<EncodedFile> encode_pca_model(const PcaModel& model, const PcaProvenance& provenance);

struct DecodedPcaModel {
  PcaModel model;
  PcaProvenance provenance;
};
Result<DecodedPcaModel> decode_pca_model(std::span<const EncodedFile> files);

}  // namespace verger

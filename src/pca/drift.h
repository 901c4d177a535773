// SPDX-License-Identifier: Apache-2.0
// How far a fitted model is from what its features have become: from the models and the moments
// alone.
#pragma once

#include <optional>

#include "verger/moments.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

struct PcaDrift {
  double variance_kept = 0;             // by the old components on the new rows, 0 … 1
  std::optional<double> largest_angle;  // between the old and the new subspace, in degrees
  int k_before = 0;
  int k_after = 0;
};

// The share of the variance of the rows of `moments` that the components of `model` keep:
// Σ vᵢᵀ C vᵢ / tr C, where C is the rows' covariance (n − 1) divided by the model's deviations on
// both sides. Columns that were constant to the model do not count. 0 when tr C is. `moments`: at
// least 2 rows of the model's width.
double variance_kept(const PcaModel& model, const Moments& moments);

// The largest of the min(k) principal angles between the spans of two models' components, each in
// its own standardised coordinates, in degrees: from the sine, the largest singular value of
// A − A Bᵀ B for the smaller k in A (Björck and Golub 1973). The models are of one width.
Result<double> largest_principal_angle(const PcaModel& one, const PcaModel& other);

// How far `before` is off on new moments, and from the model fitted on them, when one was.
Result<PcaDrift> measure_drift(const PcaModel& before, const Moments& moments,
                               const PcaModel* after);

}  // namespace verger

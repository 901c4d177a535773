// SPDX-License-Identifier: Apache-2.0
// A model made ready to project row after row.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pca/product.h"
#include "verger/pca.h"

namespace verger {

// As project() of verger/pca.h, with the same bits; what that does anew at each call, the packing
// of the components, is done once. Takes as much memory as the components. Immutable: project() is
// thread-safe.
class Projector {
 public:
  explicit Projector(const PcaModel& model);

  void project(std::span<const float> rows, std::span<double> projected) const;

 private:
  std::size_t k_;
  std::vector<double> mean_;
  std::vector<double> deviation_;
  std::vector<Panels> blocks_;  // the components, transposed, by blocks of features
};

}  // namespace verger

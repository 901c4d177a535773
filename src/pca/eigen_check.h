// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "pca/aligned_buffer.h"
#include "pca/eigen.h"

namespace verger {

// Whether an eigensystem is one of a matrix A, told by products of both with a few random vectors
// x. It costs 3 % of what solving does, and uses no BLAS, whose faults it is to find
// (docs/numerics.md).
class EigenCheck {
 public:
  // A is symmetric, size × size. Keeps products with it, not the matrix.
  EigenCheck(const AlignedBuffer& matrix, std::size_t size);

  // That ‖Ax − VΛVᵀx‖ ≤ t · ‖A‖₁ · ‖x‖ and ‖x − VVᵀx‖ ≤ t · ‖x‖ for every x, where
  // t = 60 · size · 2⁻⁵², and that the values descend.
  bool holds(const Eigensystem& eigen) const;

 private:
  std::size_t size_;
  double norm_ = 0;               // ‖A‖₁
  std::vector<double> probes_;    // size × kProbes
  std::vector<double> products_;  // A · probes_
};

}  // namespace verger

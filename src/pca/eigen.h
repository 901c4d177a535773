// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "pca/aligned_buffer.h"
#include "verger/status.h"

namespace verger {

struct Eigensystem {
  std::vector<double> values;  // descending
  AlignedBuffer vectors;       // as LAPACK leaves them, that of the smallest value first

  // The unit vector that belongs to values[i]; values.size() elements.
  const double* vector(std::size_t i) const {
    return vectors.data() + (values.size() - 1 - i) * values.size();
  }
};

// All eigenvalues and eigenvectors of a symmetric size × size matrix of finite numbers, by LAPACK's
// dsyevd (divide and conquer), on one thread whatever the environment says: the bits depend on the
// matrix and the kind of CPU alone. What is returned has passed EigenCheck; kCheckFailed otherwise.
// Thread-safe; one call runs at a time.
Result<Eigensystem> symmetric_eigensystem(AlignedBuffer matrix, std::size_t size);

// What a test does to an eigensystem before it is checked; the shipped program never sets it.
using EigenHook = void (*)(Eigensystem& eigen);
void set_eigen_hook(EigenHook hook);

}  // namespace verger

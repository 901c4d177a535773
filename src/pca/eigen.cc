// SPDX-License-Identifier: Apache-2.0
#include "pca/eigen.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "base/numbers.h"
#include "pca/eigen_check.h"

// Some builds of OpenBLAS put a prefix before every symbol.
#define VERGER_BLAS_JOIN_INNER(prefix, name) prefix##name
#define VERGER_BLAS_JOIN(prefix, name) VERGER_BLAS_JOIN_INNER(prefix, name)
#define VERGER_BLAS(name) VERGER_BLAS_JOIN(VERGER_BLAS_PREFIX, name)

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): the library's names.
char* VERGER_BLAS(openblas_get_corename)(void);
int VERGER_BLAS(openblas_get_num_threads)(void);
void VERGER_BLAS(openblas_set_num_threads)(int threads);
// The last two arguments are the lengths of the first two, as Fortran passes them.
void VERGER_BLAS(dsyevd_)(const char* job, const char* triangle, const int* n, double* a,
                          const int* stride, double* values, double* work, const int* work_size,
                          int* integer_work, const int* integer_work_size, int* info,
                          std::size_t job_length, std::size_t triangle_length);
// NOLINTEND(readability-identifier-naming)
}

namespace verger {

namespace {

// Holds OpenBLAS, whose number of threads is global, to one thread.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas() : lock_(mutex()), threads_(VERGER_BLAS(openblas_get_num_threads)()) {
    VERGER_BLAS(openblas_set_num_threads)(1);
  }
  ~SingleThreadedBlas() { VERGER_BLAS(openblas_set_num_threads)(threads_); }
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex mutex;
    return mutex;
  }

  std::lock_guard<std::mutex> lock_;
  int threads_;
};

// The plainest kernels that OpenBLAS has for this kind of processor.
#if defined(__aarch64__)
constexpr char kPlainKernels[] = "ARMV8";
#else
constexpr char kPlainKernels[] = "Prescott";
#endif

EigenHook eigen_hook = nullptr;

Status wrong_vectors() {
  return Status::check_failed(
      std::string("The eigenvectors that OpenBLAS computed on this processor are wrong (kernels ") +
      VERGER_BLAS(openblas_get_corename)() + "): set OPENBLAS_CORETYPE=" + kPlainKernels +
      " in the environment, for plainer kernels, and start again.");
}

}  // namespace

void set_eigen_hook(EigenHook hook) { eigen_hook = hook; }

Result<Eigensystem> symmetric_eigensystem(AlignedBuffer matrix, std::size_t size) {
  const EigenCheck check(matrix, size);
  const auto n = static_cast<int>(size);
  // The sizes that dsyevd's documentation asks for.
  AlignedBuffer work(1 + 6 * size + 2 * size * size);
  std::vector<int> integer_work(3 + 5 * size);
  const auto work_size = static_cast<int>(work.size());
  const auto integer_work_size = static_cast<int>(integer_work.size());
  std::vector<double> values(size);
  int info = 0;
  {
    const SingleThreadedBlas single_threaded;
    VERGER_BLAS(dsyevd_)("V", "U", &n, matrix.data(), &n, values.data(), work.data(), &work_size,
                         integer_work.data(), &integer_work_size, &info, 1, 1);
  }
  if (info != 0) {
    return Status::check_failed("The eigenvalues did not converge (LAPACK dsyevd, info " +
                                format_count(info) + ").");
  }
  std::ranges::reverse(values);
  Eigensystem eigen{std::move(values), std::move(matrix)};
  if (eigen_hook != nullptr) eigen_hook(eigen);
  if (!check.holds(eigen)) return wrong_vectors();
  return eigen;
}

}  // namespace verger

// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "program.h"
#include "shortage.h"

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // A shard's buffers are megabytes that come and go. Left to itself, glibc soon keeps such blocks
  // in its heaps, which then grow with the number of images; held below this size, it gives them
  // back at once.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);  // NOLINT(concurrency-mt-unsafe): before any thread
#endif
  verger::cli::prepare_for_shortage(argc, argv);
  const int exit_code = verger::cli::with_enough_stack(verger::cli::run_program, argc, argv);
  verger::cli::shortage_no_longer_matters();
  return exit_code;
}

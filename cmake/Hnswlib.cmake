# SPDX-License-Identifier: Apache-2.0
# hnswlib, which is headers alone: hnswlib::hnswlib. Not every release has CMake files.
if(NOT TARGET hnswlib::hnswlib)
  find_path(HNSWLIB_INCLUDE_DIR hnswlib/hnswlib.h REQUIRED)
  add_library(hnswlib::hnswlib INTERFACE IMPORTED)
  target_include_directories(hnswlib::hnswlib SYSTEM INTERFACE "${HNSWLIB_INCLUDE_DIR}")
endif()
if(VERGER_SANITIZE MATCHES undefined)
  set_property(
    TARGET hnswlib::hnswlib
    APPEND
    PROPERTY
      INTERFACE_COMPILE_OPTIONS
        "$<$<CXX_COMPILER_ID:Clang>:-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/tools/sanitizers/ignored.txt>"
  )
endif()
if(VERGER_SANITIZE)
  # Its prefetches read one link past a full list, for an address that is never used.
  set_property(
    TARGET hnswlib::hnswlib
    APPEND
    PROPERTY INTERFACE_COMPILE_DEFINITIONS NO_MANUAL_VECTORIZATION
  )
endif()

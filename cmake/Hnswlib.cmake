# hnswlib, which is headers alone: hnswlib::hnswlib. Not every release has CMake files.
if(NOT TARGET hnswlib::hnswlib)
  find_path(HNSWLIB_INCLUDE_DIR hnswlib/hnswlib.h REQUIRED)
  add_library(hnswlib::hnswlib INTERFACE IMPORTED)
  target_include_directories(hnswlib::hnswlib SYSTEM INTERFACE "${HNSWLIB_INCLUDE_DIR}")
endif()

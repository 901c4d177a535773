# SPDX-License-Identifier: Apache-2.0
# Every library that verger links, as imported targets. deps/ names and pins the packages.
# What the system or a conda environment offers is taken first, the wheels in .venv/core next.
include(Wheels)

find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)

# What a foreign machine may lack, or have in another version, is linked statically when
# VERGER_SELF_CONTAINED asks for it: C libraries, of which a copy of one's own does no harm. Only a
# program can hold these archives, which are not position-independent. For a wheel's module, and the
# program beside it, auditwheel brings the shared libraries along; Expat is the program's
# alone.
set(verger_library_suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
if(VERGER_SELF_CONTAINED)
  set(CMAKE_FIND_LIBRARY_SUFFIXES "${CMAKE_STATIC_LIBRARY_SUFFIX}")
endif()
if(VERGER_BUILD_PROGRAM)
  include(S3)
endif()
if(VERGER_BUILD_PYTHON)
  set(CMAKE_FIND_LIBRARY_SUFFIXES ${verger_library_suffixes})
endif()
find_package(JPEG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto SSL)
set(CMAKE_FIND_LIBRARY_SUFFIXES ${verger_library_suffixes})

# OpenVINO: openvino::runtime.
if(VERGER_WITH_OPENVINO)
  find_package(OpenVINO 2025 QUIET COMPONENTS Runtime)
  if(NOT OpenVINO_FOUND)
    verger_require_wheel(OPENVINO_CMAKE OpenVINO)
    find_package(
      OpenVINO
      REQUIRED
      COMPONENTS Runtime
      PATHS "${VERGER_WHEEL_OPENVINO_CMAKE}"
      NO_DEFAULT_PATH
    )
    set(VERGER_OPENVINO_FROM_WHEEL TRUE)
  endif()
  # Its package file says for all what the compiler takes for granted: then the objects of builds
  # without OpenVINO are the same as those with it, and ccache has them.
  remove_definitions(-D_GLIBCXX_USE_CXX11_ABI=1)
endif()

# OpenBLAS with LAPACK: verger::blas. Builds before 0.3.28 give wrong results on some processors.
# VERGER_BLAS_PREFIX is put before every symbol (scipy_cblas_dgemm, scipy_dsyevd_); empty as a rule.
find_package(OpenBLAS 0.3.28 CONFIG QUIET)
add_library(verger_blas INTERFACE)
add_library(verger::blas ALIAS verger_blas)
if(OpenBLAS_FOUND)
  target_link_libraries(verger_blas INTERFACE ${OpenBLAS_LIBRARIES})
  target_include_directories(verger_blas SYSTEM INTERFACE ${OpenBLAS_INCLUDE_DIRS})
  target_compile_definitions(verger_blas INTERFACE VERGER_BLAS_PREFIX=)
else()
  verger_require_wheel(OPENBLAS_LIBS "OpenBLAS (0.3.28 or newer)")
  verger_wheel_library(
    verger::openblas_wheel
    "${VERGER_WHEEL_OPENBLAS_INCLUDE}"
    "${VERGER_WHEEL_OPENBLAS_LIBS}/libscipy_openblas.so"
  )
  target_link_libraries(verger_blas INTERFACE verger::openblas_wheel)
  target_compile_definitions(verger_blas INTERFACE VERGER_BLAS_PREFIX=scipy_)
  set(VERGER_OPENBLAS_FROM_WHEEL TRUE)
endif()

if(VERGER_BUILD_PROGRAM)
  include(Hnswlib)
  include(Arrow)
endif()
if(VERGER_BUILD_PYTHON)
  include(Nanobind)
endif()
if(VERGER_BUILD_TESTS)
  find_package(GTest REQUIRED CONFIG)
  find_package(HDF5 REQUIRED COMPONENTS C)
endif()
if(VERGER_BUILD_BENCH)
  find_package(benchmark REQUIRED CONFIG)
endif()

set(verger_libraries OPENBLAS)
if(VERGER_BUILD_PROGRAM)
  list(APPEND verger_libraries ARROW)
endif()
if(VERGER_WITH_OPENVINO)
  list(APPEND verger_libraries OPENVINO)
endif()
foreach(name IN LISTS verger_libraries)
  if(VERGER_${name}_FROM_WHEEL)
    message(STATUS "${name}: from the wheel in .venv/core")
  else()
    message(STATUS "${name}: from the system")
  endif()
endforeach()

# SPDX-License-Identifier: Apache-2.0
# Warnings, sanitizers and the compiler cache; the presets choose among them.
option(VERGER_WERROR "Treat warnings as errors" OFF)
set(VERGER_SANITIZE "" CACHE STRING "Sanitizers of the whole build, e.g. address,undefined")

# verger_warnings: linked PRIVATE by verger's own targets, so that no user inherits it.
add_library(verger_warnings INTERFACE)
target_compile_options(
  verger_warnings
  INTERFACE
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    -Wsign-conversion
    -Wold-style-cast
    -Wnon-virtual-dtor
    -Woverloaded-virtual
    -Wcast-align
    -Wcast-qual
    -Wundef
    -Wformat=2
    -Wimplicit-fallthrough
    "$<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wlogical-op;-Wuseless-cast>"
    # GCC 12 and 13 see overlaps in std::string's operator+ that cannot be (GCC bug 105651).
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>"
    # GCC 14 takes the moves of a std::variant for reads of what was never set.
    "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized>"
    # Clang tells of what is deprecated within libstdc++'s std::stable_sort.
    "$<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>"
    "$<$<BOOL:${VERGER_WERROR}>:-Werror>"
)

if(VERGER_SANITIZE)
  add_compile_options(-fsanitize=${VERGER_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${VERGER_SANITIZE})
  if(VERGER_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  add_library(verger_no_deepbind OBJECT "${PROJECT_SOURCE_DIR}/tools/sanitizers/no_deepbind.cc")
  link_libraries(verger_no_deepbind ${CMAKE_DL_LIBS})
endif()

# libFuzzer sees by which inputs new code is reached; tests/fuzz/ links the fuzzer itself.
if(VERGER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# DT_RPATH instead of DT_RUNPATH: a program finds its own libraries before those of a foreign
# LD_LIBRARY_PATH.
add_link_options("LINKER:--disable-new-dtags")

# One build's objects serve the others with the same options, in other folders and other clones.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(
    CMAKE_C_COMPILER_LAUNCHER
    env
    "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
    CCACHE_NOHASHDIR=true
    "${CCACHE}"
  )
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()

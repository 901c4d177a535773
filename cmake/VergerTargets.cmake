# SPDX-License-Identifier: Apache-2.0
option(
  VERGER_UNITY
  "Compile the files of a library or of a test together: their headers are read once"
  ON
)

# verger_library(NAME [COLD] SOURCES a.cc b.cc LINK target …): a static part of verger. Hidden from
# others is all of it but what VERGER_EXPORT says (include/verger/export.h). One that is COLD computes
# nothing by itself: it is compiled by -O2 and without line numbers for profilers, in two thirds of the
# time that the rest takes.
function(verger_library name)
  cmake_parse_arguments(ARG "COLD" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  if(ARG_COLD)
    target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O2$<SEMICOLON>-g0>)
  endif()
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE verger_warnings)
  set_target_properties(
    ${name}
    PROPERTIES
      CXX_VISIBILITY_PRESET hidden
      VISIBILITY_INLINES_HIDDEN ON
      UNITY_BUILD "${VERGER_UNITY}"
      UNITY_BUILD_BATCH_SIZE 10
  )
endfunction()

# All that ctest runs, but for the fuzz targets.
add_custom_target(unit_tests)

# verger_test(NAME [SINGLE_THREADED] SOURCES a_test.cc … LINK target …): GoogleTest cases, one program.
# ThreadSanitizer passes over what has one thread alone.
function(verger_test name)
  if(NOT VERGER_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "SINGLE_THREADED" "" "SOURCES;LINK" ${ARGN})
  if(ARG_SINGLE_THREADED AND VERGER_SANITIZE MATCHES thread)
    return() # it would find nothing
  endif()
  add_executable(${name} ${ARG_SOURCES})
  add_dependencies(unit_tests ${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main verger_warnings)
  target_compile_definitions(${name} PRIVATE VERGER_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES UNITY_BUILD "${VERGER_UNITY}" UNITY_BUILD_BATCH_SIZE 10)
  add_test(
    NAME ${name}
    COMMAND ${name} --gtest_output=xml:${PROJECT_BINARY_DIR}/reports/${name}.xml
  )
endfunction()

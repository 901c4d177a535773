# SPDX-License-Identifier: Apache-2.0
# The wheels in .venv/core carry the C++ headers and libraries of OpenVINO, Arrow and OpenBLAS.
# This asks Python once where they lie and sets VERGER_WHEEL_<KEY> (see wheel_paths.py). For another
# kind of processor VERGER_WHEELS names a folder into which that kind's wheels were unpacked.

# A build of the Python package by another tool than make brings its own environment, in which
# PYTHONPATH counts.
set(verger_default_python "${PROJECT_SOURCE_DIR}/.venv/core/bin/python")
set(verger_python_flags -I)
if(SKBUILD AND NOT VERGER_PYTHON)
  find_package(Python 3.11 REQUIRED COMPONENTS Interpreter)
  set(verger_default_python "${Python_EXECUTABLE}")
  set(verger_python_flags -s -P)
endif()
set(
  VERGER_PYTHON
  "${verger_default_python}"
  CACHE FILEPATH
  "Python of the environment whose wheels carry OpenVINO, Arrow and OpenBLAS"
)
set(VERGER_WHEELS "" CACHE PATH "Folder of unpacked wheels, which comes before that Python's own")

if(EXISTS "${VERGER_PYTHON}")
  execute_process(
    COMMAND
      "${VERGER_PYTHON}" ${verger_python_flags} "${CMAKE_CURRENT_LIST_DIR}/wheel_paths.py"
      ${VERGER_WHEELS}
    OUTPUT_VARIABLE verger_wheel_lines
    OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY
  )
  string(REPLACE "\n" ";" verger_wheel_lines "${verger_wheel_lines}")
  foreach(line IN LISTS verger_wheel_lines)
    string(REGEX MATCH "^([A-Z_]+)=(.*)$" line "${line}")
    set(VERGER_WHEEL_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endforeach()
endif()

# verger_require_wheel(KEY PACKAGE): stops with the mend when neither the system nor a wheel has it.
function(verger_require_wheel key package)
  if(NOT VERGER_WHEEL_${key})
    message(
      FATAL_ERROR
      "${package} is neither installed nor in .venv/core: run `make deps`, "
      "or name a Python that has its wheel by -DVERGER_PYTHON=…"
    )
  endif()
endfunction()

# verger_wheel_library(TARGET INCLUDE_DIR PATTERN): an imported target for the library in a wheel,
# whose file name ends in a version. It is linked by path; its rpath follows by itself.
function(verger_wheel_library target include_dir pattern)
  file(GLOB library "${pattern}")
  list(LENGTH library count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "${pattern}: ${count} files where one was expected; run `make deps`")
  endif()
  add_library(${target} SHARED IMPORTED GLOBAL)
  set_target_properties(
    ${target}
    PROPERTIES IMPORTED_LOCATION "${library}" INTERFACE_INCLUDE_DIRECTORIES "${include_dir}"
  )
endfunction()

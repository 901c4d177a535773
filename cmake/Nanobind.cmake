# SPDX-License-Identifier: Apache-2.0
# Python and nanobind, for the native module of the Python package. Python is that of VERGER_PYTHON,
# so that the module fits the environment of the tests.
if(NOT Python_EXECUTABLE)
  set(Python_EXECUTABLE "${VERGER_PYTHON}")
endif()
find_package(
  Python
  3.11
  REQUIRED
  COMPONENTS Interpreter Development.Module
  OPTIONAL_COMPONENTS ${SKBUILD_SABI_COMPONENT}
)
find_package(nanobind 2.9 QUIET CONFIG)
if(NOT nanobind_FOUND)
  verger_require_wheel(NANOBIND_CMAKE nanobind)
  find_package(nanobind REQUIRED CONFIG PATHS "${VERGER_WHEEL_NANOBIND_CMAKE}" NO_DEFAULT_PATH)
endif()

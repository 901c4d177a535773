# SPDX-License-Identifier: Apache-2.0
# verger_install_library(PART …): the static parts as libraries that others build on, shared and
# static; with them the public headers and what find_package and pkg-config read. All of it is
# component `library` of the installation.
include(CMakePackageConfigHelpers)

function(verger_install_library)
  list(TRANSFORM ARGN REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)
  foreach(kind IN ITEMS shared static)
    string(TOUPPER ${kind} type)
    set(target verger_${kind})
    add_library(${target} ${type} ${objects})
    target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:include>)
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_link_libraries(
      ${target}
      PRIVATE JPEG::JPEG ZLIB::ZLIB OpenSSL::Crypto Threads::Threads verger::blas ${CMAKE_DL_LIBS}
    )
    set_target_properties(${target} PROPERTIES OUTPUT_NAME verger LINKER_LANGUAGE CXX)
  endforeach()
  # Before 1.0 each minor version may have another ABI.
  set_target_properties(
    verger_shared
    PROPERTIES
      EXPORT_NAME verger
      VERSION ${PROJECT_VERSION}
      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
      INSTALL_RPATH "$ORIGIN/verger"
  )
  if(NOT VERGER_OPENBLAS_FROM_WHEEL)
    set_target_properties(verger_shared PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
  endif()

  install(TARGETS verger_shared EXPORT verger-shared DESTINATION lib COMPONENT library)
  install(TARGETS verger_static EXPORT verger-static DESTINATION lib COMPONENT library)
  set_target_properties(verger_blas PROPERTIES EXPORT_NAME blas)
  install(TARGETS verger_blas EXPORT verger-static COMPONENT library)
  foreach(kind IN ITEMS shared static)
    install(EXPORT verger-${kind} NAMESPACE verger:: DESTINATION lib/cmake/verger COMPONENT library)
  endforeach()
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/verger" DESTINATION include COMPONENT library)
  verger_install_package_files()
endfunction()

function(verger_install_package_files)
  set(find_blas "find_dependency(OpenBLAS 0.3.28)")
  if(VERGER_OPENBLAS_FROM_WHEEL)
    set(blas "${VERGER_WHEEL_OPENBLAS_LIBS}/libscipy_openblas.so")
    install(FILES "${blas}" DESTINATION lib/verger COMPONENT library)
    set(
      find_blas
      [[
if(NOT TARGET verger::openblas_wheel)
    add_library(verger::openblas_wheel SHARED IMPORTED)
    set_target_properties(
      verger::openblas_wheel
      PROPERTIES IMPORTED_LOCATION "${CMAKE_CURRENT_LIST_DIR}/../../verger/libscipy_openblas.so"
    )
  endif()]]
    )
  endif()
  set(from "${PROJECT_SOURCE_DIR}/cmake")
  set(to "${PROJECT_BINARY_DIR}/package")
  configure_file("${from}/verger-config.cmake.in" "${to}/verger-config.cmake" @ONLY)
  write_basic_package_version_file(
    "${to}/verger-config-version.cmake"
    COMPATIBILITY SameMinorVersion
  )
  configure_file("${from}/verger.pc.in" "${to}/verger.pc" @ONLY)
  install(
    FILES "${to}/verger-config.cmake" "${to}/verger-config-version.cmake"
    DESTINATION lib/cmake/verger
    COMPONENT library
  )
  install(FILES "${to}/verger.pc" DESTINATION lib/pkgconfig COMPONENT library)
endfunction()

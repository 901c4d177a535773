# SPDX-License-Identifier: Apache-2.0
# verger_install_program(TARGET): installs the program, and beside it, in lib/verger/, the libraries
# that came from wheels, so that it runs without the environment it was built with. It is the
# component "program"; in a wheel of the Python package both folders lie inside the package.
function(verger_install_program target)
  set(libraries "")
  if(VERGER_ARROW_FROM_WHEEL)
    list(APPEND libraries arrow parquet arrow_s3)
    list(TRANSFORM libraries PREPEND "${VERGER_WHEEL_ARROW_LIBS}/lib")
    list(TRANSFORM libraries APPEND ".so.*")
  endif()
  # The Python package has OpenVINO in a wheel of its own.
  if(VERGER_OPENVINO_FROM_WHEEL AND NOT SKBUILD)
    # OpenVINO opens its CPU plugin and its readers of IR and ONNX by name, beside itself.
    foreach(
      name
      IN
      ITEMS
        openvino.so.*
        openvino_intel_cpu_plugin.so
        openvino_ir_frontend.so.*
        openvino_onnx_frontend.so.*
        tbb*
        hwloc.so.*
    )
      list(APPEND libraries "${VERGER_WHEEL_OPENVINO_LIBS}/lib${name}")
    endforeach()
  endif()
  if(VERGER_OPENBLAS_FROM_WHEEL)
    list(APPEND libraries "${VERGER_WHEEL_OPENBLAS_LIBS}/libscipy_openblas.so")
  endif()
  file(GLOB libraries ${libraries})
  install(FILES ${libraries} DESTINATION lib/verger COMPONENT program)
  if(VERGER_SELF_CONTAINED AND VERGER_ARROW_FROM_WHEEL)
    # Arrow's symbols for debuggers are a fifth of it. OpenBLAS and OpenVINO bear no stripping:
    # patchelf went through them.
    set(folder "\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/verger")
    install(
      CODE
        "file(GLOB libraries \"${folder}/libarrow*.so.*\" \"${folder}/libparquet.so.*\")
         execute_process(
           COMMAND \"${CMAKE_STRIP}\" --strip-unneeded \${libraries}
           COMMAND_ERROR_IS_FATAL ANY
         )"
      COMPONENT program
    )
  endif()

  set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/verger")
  if(NOT libraries)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
  endif()
  install(TARGETS ${target} RUNTIME DESTINATION bin COMPONENT program)
  if(TARGET verger_onnx)
    install(TARGETS verger_onnx LIBRARY DESTINATION lib/verger COMPONENT program)
  endif()
endfunction()

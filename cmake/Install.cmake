# verger_install_program(TARGET): installs the program, and beside it, in lib/verger/, the libraries
# that came from wheels, so that it runs without the environment it was built with.
function(verger_install_program target)
  set(libraries "")
  if(VERGER_ARROW_FROM_WHEEL)
    list(APPEND libraries arrow parquet arrow_s3)
    list(TRANSFORM libraries PREPEND "${VERGER_WHEEL_ARROW_LIBS}/lib")
    list(TRANSFORM libraries APPEND ".so.*")
  endif()
  if(VERGER_OPENVINO_FROM_WHEEL)
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
  install(FILES ${libraries} DESTINATION lib/verger)

  set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/verger")
  if(NOT libraries)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
  endif()
  install(TARGETS ${target} RUNTIME DESTINATION bin)
  if(TARGET verger_onnx)
    install(TARGETS verger_onnx LIBRARY DESTINATION lib/verger)
  endif()
endfunction()

# SPDX-License-Identifier: Apache-2.0
# Arrow: Arrow::arrow_shared, Parquet::parquet_shared, and verger::arrow_s3, which the wheel
# keeps in a library of its own and other builds inside libarrow.
find_package(Arrow CONFIG QUIET)
find_package(Parquet CONFIG QUIET)
add_library(verger_arrow_s3 INTERFACE)
add_library(verger::arrow_s3 ALIAS verger_arrow_s3)
if(Arrow_FOUND AND Parquet_FOUND)
  target_link_libraries(verger_arrow_s3 INTERFACE Arrow::arrow_shared)
else()
  verger_require_wheel(ARROW_LIBS Arrow)
  set(include "${VERGER_WHEEL_ARROW_INCLUDE}")
  verger_wheel_library(Arrow::arrow_shared "${include}" "${VERGER_WHEEL_ARROW_LIBS}/libarrow.so.*")
  verger_wheel_library(
    Parquet::parquet_shared
    "${include}"
    "${VERGER_WHEEL_ARROW_LIBS}/libparquet.so.*"
  )
  verger_wheel_library(
    verger::arrow_s3_wheel
    "${include}"
    "${VERGER_WHEEL_ARROW_LIBS}/libarrow_s3.so.*"
  )
  target_link_libraries(Parquet::parquet_shared INTERFACE Arrow::arrow_shared)
  target_link_libraries(verger_arrow_s3 INTERFACE verger::arrow_s3_wheel Arrow::arrow_shared)
  set(VERGER_ARROW_FROM_WHEEL TRUE)
  # The wheel's libparquet exports the functions of an OpenSSL of its own, and whichever library comes
  # first gives a function to all. So OpenSSL, as a whole, comes before it in a program, as if it stood
  # on it: in one that is defined where VERGER_LINKS_ARROW is set.
  define_property(TARGET PROPERTY VERGER_LINKS_ARROW INITIALIZE_FROM_VARIABLE VERGER_LINKS_ARROW)
  set(is_program $<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>)
  set(links_arrow $<BOOL:$<TARGET_PROPERTY:VERGER_LINKS_ARROW>>)
  target_link_libraries(
    OpenSSL::Crypto
    INTERFACE $<$<AND:${is_program},${links_arrow}>:Parquet::parquet_shared>
  )
  # Nor may a program's own copy be taken for libparquet's.
  if(VERGER_SELF_CONTAINED)
    add_link_options($<${is_program}:LINKER:--exclude-libs,ALL>)
  endif()
endif()

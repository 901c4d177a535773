# SPDX-License-Identifier: Apache-2.0
# What HTTP and S3 stand on: verger::beast, Boost's HTTP and sockets, which are headers alone, and
# verger::expat, whose library is the program's alone.
find_path(BOOST_BEAST_INCLUDE_DIR boost/beast/http/parser.hpp REQUIRED)
add_library(verger_beast INTERFACE)
add_library(verger::beast ALIAS verger_beast)
target_include_directories(verger_beast SYSTEM INTERFACE "${BOOST_BEAST_INCLUDE_DIR}")
if(VERGER_SANITIZE MATCHES thread)
  # ThreadSanitizer does not know Boost.Asio's fences, and its locks say the same.
  target_compile_definitions(verger_beast INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()

find_path(EXPAT_HEADERS expat.h REQUIRED)
find_library(EXPAT_ARCHIVE expat REQUIRED)
add_library(verger_expat INTERFACE)
add_library(verger::expat ALIAS verger_expat)
target_include_directories(verger_expat SYSTEM INTERFACE "${EXPAT_HEADERS}")
target_link_libraries(
  verger_expat
  INTERFACE "${EXPAT_ARCHIVE}" m $<$<BOOL:${VERGER_SELF_CONTAINED}>:verger_old_glibc>
)

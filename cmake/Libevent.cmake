# libevent's HTTP server: verger::event_http. Debian's package has no CMake files.
find_path(LIBEVENT_INCLUDE_DIR event2/http.h REQUIRED)
find_library(LIBEVENT_EXTRA_LIBRARY event_extra REQUIRED)
find_library(LIBEVENT_CORE_LIBRARY event_core REQUIRED)
add_library(verger_event_http INTERFACE)
add_library(verger::event_http ALIAS verger_event_http)
target_include_directories(verger_event_http SYSTEM INTERFACE "${LIBEVENT_INCLUDE_DIR}")
target_link_libraries(
  verger_event_http
  INTERFACE
    "${LIBEVENT_EXTRA_LIBRARY}"
    "${LIBEVENT_CORE_LIBRARY}"
    $<$<BOOL:${VERGER_SELF_CONTAINED}>:verger_old_glibc>
)

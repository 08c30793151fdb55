# Says whether the version that is installed will do for the one that is asked for.

set(PACKAGE_VERSION "@VERSION@")
string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" _serialref_series "${PACKAGE_VERSION}")
set(_serialref_major "${CMAKE_MATCH_1}")
# Before 1.0 each minor version may change the interface.
if(_serialref_major STREQUAL "0")
  set(_serialref_asked "${PACKAGE_FIND_VERSION_MAJOR}.${PACKAGE_FIND_VERSION_MINOR}")
else()
  set(_serialref_asked "${PACKAGE_FIND_VERSION_MAJOR}")
  set(_serialref_series "${_serialref_major}")
endif()

set(PACKAGE_VERSION_COMPATIBLE FALSE)
if(NOT PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
elseif(_serialref_asked STREQUAL _serialref_series AND PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()

# The library is for one machine word.
if(CMAKE_SIZEOF_VOID_P AND NOT CMAKE_SIZEOF_VOID_P STREQUAL "@POINTER_SIZE@")
  set(PACKAGE_VERSION_UNSUITABLE TRUE)
endif()

# The libraries, found from where this file is, so that the folder can be moved.

get_filename_component(_serialref_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET serialref::serialref)
  add_library(serialref::serialref SHARED IMPORTED)
  set_target_properties(serialref::serialref PROPERTIES
    IMPORTED_LOCATION "${_serialref_prefix}/lib/@SHARED@"
    IMPORTED_SONAME "@SONAME@"
    INTERFACE_INCLUDE_DIRECTORIES "${_serialref_prefix}/include")
endif()

if(NOT TARGET serialref::serialref-static)
  add_library(serialref::serialref-static STATIC IMPORTED)
  set_target_properties(serialref::serialref-static PROPERTIES
    IMPORTED_LOCATION "${_serialref_prefix}/lib/libserialref.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES "C"
    INTERFACE_INCLUDE_DIRECTORIES "${_serialref_prefix}/include"
    INTERFACE_LINK_LIBRARIES "@NATIVE_LIBS@")
endif()

foreach(_serialref_target serialref::serialref serialref::serialref-static)
  get_target_property(_serialref_file ${_serialref_target} IMPORTED_LOCATION)
  if(NOT EXISTS "${_serialref_file}")
    message(FATAL_ERROR "serialref is not installed completely: ${_serialref_file} is missing")
  endif()
endforeach()

unset(_serialref_prefix)
unset(_serialref_target)
unset(_serialref_file)

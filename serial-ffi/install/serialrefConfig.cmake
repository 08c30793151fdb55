# What find_package(serialref) reads.
#
#   serialref::serialref         the shared library
#   serialref::serialref-static  the static library, with all that it needs

include("${CMAKE_CURRENT_LIST_DIR}/serialrefTargets.cmake")

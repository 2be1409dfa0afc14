# anechain::compiled: the headers, and what they need not compile with every file as a library that is built once, with the project that uses
# it. Needs the target anechain::anechain.
if(NOT TARGET anechain_compiled)
  foreach(layer analysis devices flow measure mil report statistics support)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/anechain_compiled/${layer}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <anechain/${layer}/src.hpp>\n")
    list(APPEND anechain_compiled_sources ${source})
  endforeach()
  add_library(anechain_compiled STATIC EXCLUDE_FROM_ALL ${anechain_compiled_sources})
  add_library(anechain::compiled ALIAS anechain_compiled)
  target_link_libraries(anechain_compiled PUBLIC anechain::anechain)
  target_compile_definitions(anechain_compiled PUBLIC ANECHAIN_SEPARATE_COMPILATION)
endif()

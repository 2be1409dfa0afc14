# For scripts: `compile` is the compiler's command, with the headers of others that anechain includes.
set(compile ${CXX} -std=c++20)
string(STRIP "${SYSTEM}" system)
foreach(directory ${system})
  if(directory MATCHES "^/" AND NOT directory STREQUAL "/usr/include")
    list(APPEND compile -isystem ${directory})
  endif()
endforeach()

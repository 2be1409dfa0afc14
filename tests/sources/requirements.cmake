# Older than C++20: what is needed is the first thing that the compiler says.
foreach(header core anechain ane)
  file(WRITE ${BINARY}/old.cpp "#include <anechain/${header}.hpp>\n")
  execute_process(COMMAND ${CXX} -std=c++17 -fsyntax-only -I${ROOT}/include ${BINARY}/old.cpp RESULT_VARIABLE result ERROR_VARIABLE printed)
  string(REGEX MATCH "[^\n]*error:[^\n]*" first "${printed}")
  if(result EQUAL 0 OR NOT first MATCHES "anechain needs C\\+\\+20")
    message(SEND_ERROR "${header}.hpp with C++17 says first: ${first}")
  endif()
endforeach()

# Compiles SOURCE twice: with CONTROL defined it must succeed; without, it must fail, and every line
# "// expect-error: REGEX" of the file must be found in what the compiler prints.
string(STRIP "${SYSTEM}" SYSTEM)
set(command ${CXX} -std=c++20 -fsyntax-only -I${INCLUDE})
foreach(directory ${SYSTEM})
  if(directory MATCHES "^/" AND NOT directory STREQUAL "/usr/include")
    list(APPEND command -isystem ${directory})
  endif()
endforeach()

execute_process(COMMAND ${command} -DCONTROL ${SOURCE} RESULT_VARIABLE control ERROR_VARIABLE printed)
if(NOT control EQUAL 0)
  message(FATAL_ERROR "the control twin must compile, but:\n${printed}")
endif()

execute_process(COMMAND ${command} ${SOURCE} RESULT_VARIABLE result ERROR_VARIABLE printed)
if(result EQUAL 0)
  message(FATAL_ERROR "it compiled, but must not")
endif()
# What a user sees first: the message must stand in the first screen.
string(REGEX MATCHALL "[^\n]*\n" lines "${printed}")
list(SUBLIST lines 0 40 first_screen)
string(JOIN "" first_screen ${first_screen})

file(STRINGS ${SOURCE} expectations REGEX "^// expect-error: ")
if(NOT expectations)
  message(FATAL_ERROR "no line starts with '// expect-error: '")
endif()
foreach(expectation ${expectations})
  string(REPLACE "// expect-error: " "" regex "${expectation}")
  if(NOT first_screen MATCHES "${regex}")
    message(FATAL_ERROR "'${regex}' is not in the first screen of:\n${printed}")
  endif()
endforeach()

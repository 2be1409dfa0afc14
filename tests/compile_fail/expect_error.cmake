# Compiles SOURCE twice: with CONTROL defined it must succeed; without, it must fail, and every line
# "// expect-error: REGEX" of the file must be found in what the compiler prints.
include(${ROOT}/tests/sources/compile.cmake)
set(ENV{LC_ALL} C) # plain quotation marks
if(EXISTS ${BINARY}/precompiled/anechain)
  list(APPEND compile -I${BINARY}/precompiled)
endif()
list(APPEND compile -fsyntax-only -I${ROOT}/include)

execute_process(COMMAND ${compile} -DCONTROL ${SOURCE} RESULT_VARIABLE control ERROR_VARIABLE printed)
if(NOT control EQUAL 0)
  message(FATAL_ERROR "the control twin must compile, but:\n${printed}")
endif()

execute_process(COMMAND ${compile} ${SOURCE} RESULT_VARIABLE result ERROR_VARIABLE printed)
if(result EQUAL 0)
  message(FATAL_ERROR "it compiled, but must not")
endif()
# What a user sees first: the message must stand in the first screen.
cmake_path(GET SOURCE STEM case)
set(printed_file ${BINARY}/${case}.printed)
file(WRITE ${printed_file} "${printed}")
execute_process(COMMAND head -n 40 INPUT_FILE ${printed_file} OUTPUT_VARIABLE first_screen)

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

# What docs/compile-errors.md shows of it is what the compiler prints: GCC 12 and Clang 19, others have words of their own.
if(COMPILER MATCHES "^GNU 12")
  set(compiler gcc)
elseif(COMPILER MATCHES "^Clang 19")
  set(compiler clang)
else()
  return()
endif()
file(WRITE ${printed_file} "${first_screen}")
execute_process(COMMAND awk -v case=${case} -v compiler=${compiler} -v source=${SOURCE} -v printed=${printed_file} -f ${CMAKE_CURRENT_LIST_DIR}/shown_error.awk ${ROOT}/docs/compile-errors.md
                RESULT_VARIABLE result OUTPUT_VARIABLE differences)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "docs/compile-errors.md:\n${differences}")
endif()

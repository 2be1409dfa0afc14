# Every way in which the processes of PROGRAM end.
function(run mode code)
  execute_process(COMMAND ${PROGRAM} ${mode} RESULT_VARIABLE result OUTPUT_VARIABLE printed ERROR_VARIABLE errors)
  if(NOT result MATCHES "^(${code})$")
    message(SEND_ERROR "${mode}: ${result}, expected ${code}\n${printed}${errors}")
  endif()
endfunction()
foreach(mode "" deaths early all interrupted)
  run("${mode}" 0)
endforeach()
# Ends when the last process has closed the pipe that its errors go to.
run(orphan "Subprocess killed|9|137")

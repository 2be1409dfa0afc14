# What a user of throughput_ceiling meets on the ANE, which a stand-in plays here: STAND_IN, BARE (with the oldest classes alone), EMPTY.
include(${CMAKE_CURRENT_LIST_DIR}/expect.cmake)

set(DIRECTORY ${DIRECTORY}/ane_command_line)
file(REMOVE_RECURSE ${DIRECTORY})
file(MAKE_DIRECTORY ${DIRECTORY})
set(small --quick --budget 0.3 --rounds 6 --config 64x32 --length 3 --lengths none)

# expect, with the stand-in told something.
function(expect_told command)
  set(ENV{ANE_STAND_IN} "${command}")
  expect(${ARGN})
  unset(ENV{ANE_STAND_IN})
endfunction()

# Every strategy by every route, verified.
foreach(route standard realtime direct program)
  expect_told("watch off" 0 "ane: .*, route ${route}, QoS 21, in place of the engine: .*transfer_only.*overlapped2.*fused" --device ane --framework
              ${STAND_IN} --route ${route} ${small} --json ${DIRECTORY}/${route}.json)
  file(READ ${DIRECTORY}/${route}.json report)
  if(report MATCHES "\"failure\": *\"")
    message(SEND_ERROR "a strategy failed by the route ${route}:\n${report}")
  endif()
endforeach()
expect_told("watch off" 0 "distinct programs" --device ane --framework ${STAND_IN} --distinct --qos 33 ${small})
expect_told("watch off" 0 "chain lengths" --device ane --framework ${STAND_IN} --quick --budget 0.3 --rounds 6 --config 64x32,256x64)
expect_told("watch off" 0 "transformer 288x64" --device ane --framework ${STAND_IN} --chain transformer --config 288x64 --length 2 --lengths none --quick
            --budget 0.3 --rounds 3 --filter run_only,zero_copy,fused)
expect_told("watch off" 0 "by the original protocol" --device ane --framework ${STAND_IN} --protocol both --quick --budget 0.3 --rounds 3 --config 64x32)
expect_told("watch off" 0 "2 launches" --device ane --framework ${STAND_IN} ${small} --launches 2)
expect(2 "this run would compile 132 programs, and a process can compile 119" --device ane --framework ${STAND_IN} --distinct --lengths 1,2,4,8,12,16,24)
expect(2 "this run would compile 135 programs" --device ane --framework ${STAND_IN} --distinct --length 40 --lengths 1,2)

# Which device, and why.
expect(0 "device host: no Apple Neural Engine: cannot open /usr/lib/libobjc.A.dylib" --device auto ${small})
expect(0 "device ane: the framework is complete" --device auto --framework ${STAND_IN} ${small})
expect(0 "device ane: the framework is complete" --device auto --framework ${STAND_IN} ${small} --launches 2)
expect(0 "device host: no Apple Neural Engine: the AppleNeuralEngine framework lacks _ANEInMemoryModelDescriptor" --device auto --framework ${EMPTY} ${small})
expect(1 "no Apple Neural Engine: cannot open /usr/lib/libobjc.A.dylib" --device ane)
expect(1 "no Apple Neural Engine: cannot open /nowhere/x.so" --device ane --framework /nowhere/x.so)
expect(1 "route program: the framework lacks" --device ane --framework ${BARE} --route program)
expect(0 "route standard" --device ane --framework ${BARE} ${small})
expect(2 "--route" --route sideways)
expect(2 "--qos" --qos 64)

# The doctor.
expect(0 "messages +[0-9]+ of [0-9]+ found\nengine +h16g.*layout .*RowStride 64 PlaneStride 64.*route standard +two kernels.*route program +two kernels of 64x32 compiled, ran, and gave what the host gives" doctor --framework ${STAND_IN})
expect(0 "missing, optional: _ANEClient.*route standard +two kernels.*route direct +route direct: the framework lacks" doctor --framework ${BARE})
expect_told("fail aneArchitectureType 0 0 exception NSRangeException far" 0 "engine .*NSRangeException: far\nlayout .*route standard +two kernels"
            doctor --framework ${STAND_IN})
execute_process(COMMAND ${PROGRAM} doctor --framework ${EMPTY} RESULT_VARIABLE result OUTPUT_VARIABLE output)
if(NOT result EQUAL 1 OR NOT output MATCHES "missing, needed:  _ANERequest.*what to do: ")
  message(SEND_ERROR "doctor, without a class of the framework: exit code ${result}\n${output}")
endif()
execute_process(COMMAND ${PROGRAM} doctor RESULT_VARIABLE result OUTPUT_VARIABLE output)
if(NOT result EQUAL 1 OR NOT output MATCHES "0 of 5 found.*what to do: ")
  message(SEND_ERROR "doctor, where there is no engine: exit code ${result}\n${output}")
endif()

# Failures are told, and never timed.
function(expect_failed command regex)
  set(ENV{ANE_STAND_IN} "${command}")
  execute_process(COMMAND ${PROGRAM} --device ane --framework ${STAND_IN} ${small} --filter run_only,sequential RESULT_VARIABLE result
                  OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  unset(ENV{ANE_STAND_IN})
  if(NOT result EQUAL 1 OR NOT output MATCHES "${regex}")
    message(SEND_ERROR "${command}: exit code ${result}, expected 1 and '${regex}' in\n${output}${errors}")
  endif()
endfunction()
expect_failed("fail evaluateWithQoS:options:request:error: 0 0 error com.apple.appleneuralengine 8 Failed with status=0x1d : Program Inference error"
              "status=0x1d.*surfaces of a wrong size")
expect_failed("fail evaluateWithQoS:options:request:error: 40 0 exception NSInvalidArgumentException not today" "NSInvalidArgumentException: not today")
expect_failed("wrong 2" "expected")
expect_failed("fail compileWithQoS:options:error: 1 0 error com.apple.appleneuralengine.compiler 1 ANECCompile() FAILED | InvalidMILProgram"
              "sequential failed: kernel 1 \\(Conv1x1<64, 32>\\): compileWithQoS: com.apple.appleneuralengine.compiler 1.*beneath: InvalidMILProgram.*Known cause")

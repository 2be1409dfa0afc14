# CONTRIBUTING.md says what to change for a new operation: the change is applied to a copy of the headers, and a program uses it.
set(work ${BINARY}/walk_through)
file(REMOVE_RECURSE ${work})
file(COPY ${ROOT}/include DESTINATION ${work})
execute_process(COMMAND awk "/^```diff/ { inside = 1; next } /^```/ { inside = 0 } inside" ${ROOT}/CONTRIBUTING.md OUTPUT_FILE ${work}/change.diff)
file(STRINGS ${work}/change.diff files REGEX "^\\+\\+\\+ ")
list(LENGTH files places)
if(places EQUAL 0 OR places GREATER 3)
  message(FATAL_ERROR "the change has ${places} files; it promises three at most")
endif()
# Outside of any repository: git would look for the files in that one.
execute_process(COMMAND ${CMAKE_COMMAND} -E env GIT_CEILING_DIRECTORIES=${BINARY} git apply change.diff WORKING_DIRECTORY ${work} RESULT_VARIABLE result ERROR_VARIABLE printed)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "CONTRIBUTING.md's change does not apply:\n${printed}")
endif()
file(WRITE ${work}/program.cpp [[
#include <anechain/anechain.hpp>
using namespace anechain;
struct Cubed {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 2, 1, 4);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.cube(x); }
};
static_assert(flops<Cubed> == 8);
int main() {
  HostDevice device;
  auto chain = Chain<Cubed, Cubed>::compile(device, identity);   // printed, read, checked, planned
  auto pass = chain.bind(sequential);
  pass.input(std::vector<float>{0, 1, -1, 2, 0, 1, -1, 2});
  pass.run();
  return pass.output() == std::vector<float>{0, 1, -1, 512, 0, 1, -1, 512} ? 0 : 1;
}
]])
include(${ROOT}/tests/sources/compile.cmake)
execute_process(COMMAND ${compile} -I${work}/include ${work}/program.cpp -o ${work}/program -pthread RESULT_VARIABLE result ERROR_VARIABLE printed)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${printed}")
endif()
execute_process(COMMAND ${work}/program RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the new operation computes something else: ${result}")
endif()

# What anechain needs: installed packages first; what is not installed is fetched.

include(FetchContent)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# An installed package, or the same from its repository. Its warnings are its own: SYSTEM.
macro(anechain_find_or_fetch package repository tag)
  find_package(${package} QUIET CONFIG ${ARGN})
  if(NOT ${package}_FOUND)
    message(STATUS "${package} is not installed, fetching ${tag} from ${repository}")
    FetchContent_Declare(${package} GIT_REPOSITORY ${repository} GIT_TAG ${tag} GIT_SHALLOW TRUE SYSTEM)
    FetchContent_MakeAvailable(${package})
  endif()
endmacro()

# Without a version: its package file accepts no other than the exact one.
anechain_find_or_fetch(range-v3 https://github.com/ericniebler/range-v3.git 0.12.0)
if(ANECHAIN_BUILD_TESTS)
  anechain_find_or_fetch(doctest https://github.com/doctest/doctest.git v2.4.11 2.4.9)
  anechain_find_or_fetch(valijson https://github.com/tristanpenman/valijson.git v1.0.3)
endif()
if(ANECHAIN_BUILD_TESTS OR ANECHAIN_BUILD_EXAMPLES)
  anechain_find_or_fetch(CLI11 https://github.com/CLIUtils/CLI11.git v2.4.2 2.1)
endif()
if(NOT ANECHAIN_BUILD_TESTS AND NOT ANECHAIN_BUILD_EXAMPLES AND NOT ANECHAIN_BUILD_BENCHMARKS)
  find_package(nlohmann_json QUIET CONFIG) # for anechain::json, where it is there
else()
  anechain_find_or_fetch(nlohmann_json https://github.com/nlohmann/json.git v3.11.3 3.10)
endif()

# Part of the system on Apple's, and then the header says so itself. Elsewhere its headers need what not every compiler has: GCC lacks
# __has_feature.
if(ANECHAIN_USE_LIBDISPATCH AND NOT APPLE)
  find_path(DISPATCH_INCLUDE_DIR dispatch/dispatch.h)
  find_library(DISPATCH_LIBRARY dispatch)
  if(DISPATCH_INCLUDE_DIR AND DISPATCH_LIBRARY)
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_INCLUDES ${DISPATCH_INCLUDE_DIR})
    set(CMAKE_REQUIRED_LIBRARIES ${DISPATCH_LIBRARY})
    check_cxx_source_compiles("
      #include <dispatch/dispatch.h>
      int main() {
        dispatch_queue_t queue = dispatch_queue_create(\"anechain\", DISPATCH_QUEUE_SERIAL);
        dispatch_async_f(queue, nullptr, [](void*) {});
        dispatch_release(queue);
      }" ANECHAIN_LIBDISPATCH_COMPILES)
    unset(CMAKE_REQUIRED_INCLUDES)
    unset(CMAKE_REQUIRED_LIBRARIES)
    if(ANECHAIN_LIBDISPATCH_COMPILES)
      message(STATUS "serial queues: libdispatch, ${DISPATCH_LIBRARY}")
      add_library(anechain_libdispatch INTERFACE)
      target_include_directories(anechain_libdispatch SYSTEM INTERFACE ${DISPATCH_INCLUDE_DIR})
      target_link_libraries(anechain_libdispatch INTERFACE ${DISPATCH_LIBRARY})
    else()
      message(STATUS "serial queues: a worker thread. libdispatch is installed, and ${CMAKE_CXX_COMPILER_ID} cannot compile its headers")
    endif()
  endif()
endif()

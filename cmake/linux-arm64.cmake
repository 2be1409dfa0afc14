# 64-bit Arm Linux from x86-64 Debian or Ubuntu: Clang 19 with GCC's cross compiler for the libraries, or that compiler itself
# (-D CMAKE_CXX_COMPILER=aarch64-linux-gnu-g++-12); programs run under QEMU. scripts/check-arm64 installs what it needs.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

if(NOT CMAKE_CXX_COMPILER)
  set(CMAKE_CXX_COMPILER clang++-19)
endif()
set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu) # GCC has one target and ignores it
find_program(CMAKE_OBJC_COMPILER aarch64-linux-gnu-gcc-12) # as an absolute path: CMake does not search for a bare name here

# GNUstep for Arm is in a sysroot. Header-only packages are those of this machine.
get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/../build/arm64/sysroot" ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH "${root}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-Wl,-rpath-link,${root}/usr/lib/aarch64-linux-gnu")

# All libraries come from the sysroot: the loader and the C library must be of one version.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L "${root}")

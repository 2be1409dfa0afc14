# For an overlay: vcpkg install anechain --overlay-ports=ports. It builds the tree that it lies in.
set(VCPKG_BUILD_TYPE release) # headers only
vcpkg_cmake_configure(SOURCE_PATH ${CURRENT_PORT_DIR}/../.. OPTIONS -DANECHAIN_BUILD_TESTS=OFF -DANECHAIN_BUILD_EXAMPLES=OFF -DANECHAIN_INSTALL=ON)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/anechain)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/lib)
vcpkg_install_copyright(FILE_LIST ${CURRENT_PORT_DIR}/../../LICENSE)

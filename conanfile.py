"""conan create . makes the package; a consumer gets anechain::anechain, and anechain::json with -o anechain/*:json=True."""
import re
from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Anechain(ConanFile):
    name = "anechain"
    license = "MIT"
    description = "Chains of kernels for the Apple Neural Engine, as C++ types: what the CPU round trip between two kernels costs"
    topics = ("apple-neural-engine", "mil", "benchmark", "header-only")
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"json": [True, False]}
    default_options = {"json": False}
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*"
    no_copy_source = True

    def set_version(self):
        header = (Path(self.recipe_folder) / "include/anechain/version.hpp").read_text()
        self.version = re.search(r'ANECHAIN_VERSION "([^"]+)"', header).group(1)

    def requirements(self):
        self.requires("range-v3/0.12.0", transitive_headers=True)
        if self.options.json:
            self.requires("nlohmann_json/3.11.3", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update(ANECHAIN_BUILD_TESTS=False, ANECHAIN_BUILD_EXAMPLES=False, ANECHAIN_INSTALL=True)
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        copy(self, "LICENSE", self.source_folder, Path(self.package_folder) / "licenses")
        CMake(self).install()

    def package_id(self):
        self.info.settings.clear()

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.set_property("cmake_file_name", "anechain")
        core = self.cpp_info.components["anechain"]
        core.set_property("cmake_target_name", "anechain::anechain")
        core.requires = ["range-v3::range-v3"]
        if self.settings.get_safe("os") == "Linux":
            core.system_libs = ["pthread", "dl"]
        if self.options.json:
            json = self.cpp_info.components["json"]
            json.set_property("cmake_target_name", "anechain::json")
            json.requires = ["anechain", "nlohmann_json::nlohmann_json"]

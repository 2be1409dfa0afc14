// SPDX-License-Identifier: MIT
// Whether programs are for arm64 macOS and would find there all that they need. They are read here, not started: no tool that every
// Linux has reads Mach-O. The names of fields and constants are those of Apple's <mach-o/loader.h> and <mach-o/nlist.h>.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::array<std::string_view, 2> libraries_of_every_mac{"/usr/lib/libSystem.B.dylib", "/usr/lib/libc++.1.dylib"};

void require(bool condition, const std::string& otherwise) {
  if (!condition) throw std::runtime_error(otherwise);
}

class Bytes {
 public:
  explicit Bytes(const char* path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>{file}, {});
  }

  /// The little-endian number at an offset; this program, too, runs on a little-endian machine.
  template <class Number>
  Number at(std::size_t offset) const {
    require(offset <= bytes_.size() && sizeof(Number) <= bytes_.size() - offset, "the file ends early");
    Number number;
    std::memcpy(&number, bytes_.data() + offset, sizeof number);
    return number;
  }

  std::string text(std::size_t offset) const {
    require(offset < bytes_.size(), "the file ends early");
    return bytes_.substr(offset, bytes_.find('\0', offset) - offset);
  }

 private:
  std::string bytes_;
};

/// What is said of a program in which nothing is wrong; throws what is wrong.
std::string check(const char* path) {
  const Bytes file(path);
  require(file.at<std::uint32_t>(0) == 0xfeedfacf, "no 64-bit Mach-O file");       // MH_MAGIC_64
  require(file.at<std::uint32_t>(4) == 0x0100000c, "not for arm64");               // CPU_TYPE_ARM64
  require(file.at<std::uint32_t>(12) == 2, "no executable");                       // MH_EXECUTE
  require((file.at<std::uint32_t>(24) & 0x80) != 0, "symbols without a library");  // MH_TWOLEVEL

  std::string system;
  bool is_signed = false;
  std::vector<std::string> libraries;
  std::size_t symbols = 0, symbol_count = 0, strings = 0;
  std::size_t at = 32;  // after the mach_header_64
  for (auto commands = file.at<std::uint32_t>(16); commands > 0; --commands) {
    switch (file.at<std::uint32_t>(at)) {
      case 0x32:  // LC_BUILD_VERSION
        require(file.at<std::uint32_t>(at + 8) == 1, "not for macOS");
        system = "macOS " + std::to_string(file.at<std::uint16_t>(at + 14)) + "." + std::to_string(file.at<std::uint8_t>(at + 13));
        break;
      case 0x0c:        // LC_LOAD_DYLIB
      case 0x20:        // LC_LAZY_LOAD_DYLIB
      case 0x80000018:  // LC_LOAD_WEAK_DYLIB
      case 0x8000001f:  // LC_REEXPORT_DYLIB
      case 0x80000023:  // LC_LOAD_UPWARD_DYLIB
        libraries.push_back(file.text(at + file.at<std::uint32_t>(at + 8)));
        require(std::ranges::find(libraries_of_every_mac, libraries.back()) != libraries_of_every_mac.end(), "needs " + libraries.back());
        break;
      case 0x02:  // LC_SYMTAB
        symbols = file.at<std::uint32_t>(at + 8);
        symbol_count = file.at<std::uint32_t>(at + 12);
        strings = file.at<std::uint32_t>(at + 16);
        break;
      case 0x1d:  // LC_CODE_SIGNATURE
        is_signed = true;
        break;
      default: break;
    }
    at += file.at<std::uint32_t>(at + 4);
  }
  require(!system.empty(), "does not say for which system");
  require(is_signed, "not signed: no Mac with Apple silicon would start it");

  std::size_t undefined = 0;
  for (std::size_t symbol = symbols; symbol < symbols + 16 * symbol_count; symbol += 16) {
    if ((file.at<std::uint8_t>(symbol + 4) & (0xe0 | 0x0e)) != 0) continue;  // N_STAB, N_TYPE: neither for a debugger nor defined
    const auto library = file.at<std::uint8_t>(symbol + 7);                  // GET_LIBRARY_ORDINAL
    require(library >= 1 && library <= libraries.size(), file.text(strings + file.at<std::uint32_t>(symbol)) + " is in no library");
    ++undefined;
  }

  std::string said = "Mach-O 64-bit arm64 executable, " + system + ", " + std::to_string(undefined) + " symbols of";
  for (const std::string& library : libraries) said += " " + library;
  return said;
}

}  // namespace

int main(int count, char** paths) {
  int failures = 0;
  for (int i = 1; i < count; ++i) {
    std::cout << std::filesystem::path(paths[i]).filename().string() << ": ";
    try {
      std::cout << check(paths[i]) << '\n';
    } catch (const std::exception& error) {
      std::cout << "FAILED: " << error.what() << '\n';
      ++failures;
    }
  }
  std::cout << count - 1 - failures << " passed, " << failures << " failed\n";
  return failures == 0 && count > 1 ? 0 : 1;
}

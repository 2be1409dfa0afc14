// SPDX-License-Identifier: MIT
#pragma once

#include <sys/utsname.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#include <anechain/support/machine.hpp>

namespace anechain::machine::detail {

/// A processor's part number, as 64-bit Arm's MIDR register has it.
struct ArmPart {
  unsigned implementer;
  unsigned part;
  std::string_view name;
};

/// From Linux' arch/arm64/include/asm/cputype.h: what servers, boards and Macs have.
inline constexpr ArmPart arm_parts[]{
    {0x41, 0xd03, "Arm Cortex-A53"},  {0x41, 0xd05, "Arm Cortex-A55"},  {0x41, 0xd07, "Arm Cortex-A57"},  {0x41, 0xd08, "Arm Cortex-A72"},
    {0x41, 0xd0b, "Arm Cortex-A76"},  {0x41, 0xd0c, "Arm Neoverse N1"}, {0x41, 0xd40, "Arm Neoverse V1"}, {0x41, 0xd41, "Arm Cortex-A78"},
    {0x41, 0xd49, "Arm Neoverse N2"}, {0x41, 0xd4f, "Arm Neoverse V2"}, {0x41, 0xd84, "Arm Neoverse V3"}, {0x41, 0xd8e, "Arm Neoverse N3"},
    {0x61, 0x022, "Apple M1"},        {0x61, 0x023, "Apple M1"},        {0x61, 0x024, "Apple M1 Pro"},    {0x61, 0x025, "Apple M1 Pro"},
    {0x61, 0x028, "Apple M1 Max"},    {0x61, 0x029, "Apple M1 Max"},    {0x61, 0x032, "Apple M2"},        {0x61, 0x033, "Apple M2"},
    {0x61, 0x034, "Apple M2 Pro"},    {0x61, 0x035, "Apple M2 Pro"},    {0x61, 0x038, "Apple M2 Max"},    {0x61, 0x039, "Apple M2 Max"},
    {0xc0, 0xac3, "Ampere-1"},
};

ANECHAIN_INLINE std::string line_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  return line.substr(0, line.find('\0'));
}

/// The value in the first line of /proc/cpuinfo that begins with `name`; empty if there is none.
inline std::string entry_of(const std::string& cpuinfo, std::string_view name) {
  std::istringstream lines(cpuinfo);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name))
      if (const std::size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return {};
}

ANECHAIN_INLINE std::string processor_from(const LinuxSources& sources) {
  for (const std::string_view name : {"model name", "Processor"})
    if (std::string found = entry_of(sources.cpuinfo, name); !found.empty()) return found;
  if (!sources.device_tree_model.empty()) return sources.device_tree_model;
  const std::string implementer = entry_of(sources.cpuinfo, "CPU implementer");
  const std::string part = entry_of(sources.cpuinfo, "CPU part");
  if (!implementer.empty() && !part.empty()) {
    for (const ArmPart& known : arm_parts)
      if (std::strtoul(implementer.c_str(), nullptr, 16) == known.implementer && std::strtoul(part.c_str(), nullptr, 16) == known.part)
        return std::string{known.name};
    return "Arm processor, implementer " + implementer + ", part " + part;
  }
  return sources.product.empty() ? "unknown processor" : sources.product;
}

ANECHAIN_INLINE bool is_virtual_from(const LinuxSources& sources) {
  std::string flags = entry_of(sources.cpuinfo, "flags");
  if (!flags.empty()) return (flags + " ").find(" hypervisor ") != std::string::npos;
  std::string names = sources.product + " " + sources.device_tree_model + " " + sources.compatible;
  for (char& letter : names) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  for (const std::string_view sign : {"virt", "qemu", "kvm", "vmware"})
    if (names.find(sign) != std::string::npos) return true;
  return false;
}

inline LinuxSources linux_sources() {
  std::ifstream file("/proc/cpuinfo");
  std::ostringstream cpuinfo;
  cpuinfo << file.rdbuf();
  return {cpuinfo.str(), line_of("/sys/firmware/devicetree/base/model"), line_of("/sys/class/dmi/id/product_name"),
          line_of("/sys/firmware/devicetree/base/compatible")};
}

}  // namespace anechain::machine::detail

namespace anechain::machine {

ANECHAIN_INLINE std::string processor() {
#if defined(__APPLE__)
  char brand[256]{};
  std::size_t size = sizeof brand - 1;
  if (sysctlbyname("machdep.cpu.brand_string", brand, &size, nullptr, 0) == 0) return brand;
  return "unknown processor";
#else
  return detail::processor_from(detail::linux_sources());
#endif
}

ANECHAIN_INLINE std::string compiler() {
#if defined(__apple_build_version__)
  return "Apple Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." +
         std::to_string(__clang_patchlevel__);
#elif defined(__clang__)
  return "Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." + std::to_string(__clang_patchlevel__);
#else
  return "GCC " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." + std::to_string(__GNUC_PATCHLEVEL__);
#endif
}

ANECHAIN_INLINE std::string system() {
  utsname names{};
  if (uname(&names) != 0) return "unknown system";
  return std::string{names.sysname} + " " + names.release + " " + names.machine;
}

ANECHAIN_INLINE std::string distribution() {
#if defined(__APPLE__)
  char version[64]{};
  char build[64]{};
  std::size_t version_size = sizeof version - 1;
  std::size_t build_size = sizeof build - 1;
  if (sysctlbyname("kern.osproductversion", version, &version_size, nullptr, 0) != 0) return {};
  if (sysctlbyname("kern.osversion", build, &build_size, nullptr, 0) != 0) return {};
  return std::string{"macOS "} + version + " (" + build + ")";
#else
  constexpr std::string_view key = "PRETTY_NAME=";
  std::ifstream file("/etc/os-release");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    std::erase(line, '"');
    return line.substr(key.size());
  }
  return {};
#endif
}

ANECHAIN_INLINE std::uint64_t memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 0;
}

ANECHAIN_INLINE double load() {
  double averages[1]{-1};
  return getloadavg(averages, 1) == 1 ? averages[0] : -1;
}

ANECHAIN_INLINE bool is_virtual() {
#if defined(__APPLE__)
  int present = 0;
  std::size_t size = sizeof present;
  return sysctlbyname("kern.hv_vmm_present", &present, &size, nullptr, 0) == 0 && present != 0;
#else
  return detail::is_virtual_from(detail::linux_sources());
#endif
}

ANECHAIN_INLINE std::string utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace anechain::machine

// SPDX-License-Identifier: MIT
#pragma once

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>

#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

/// What can be said about the machine that the program runs on.
namespace anechain::machine {

/// The processor as its maker calls it, or "unknown processor".
inline std::string processor() {
#if defined(__APPLE__)
  char brand[256]{};
  std::size_t size = sizeof brand - 1;
  if (sysctlbyname("machdep.cpu.brand_string", brand, &size, nullptr, 0) == 0) return brand;
#else
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name") || line.starts_with("Processor"))
      if (const std::size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
#endif
  return "unknown processor";
}

/// The compiler's name and version: "GCC 12.2.0", "Clang 19.1.7".
inline std::string compiler() {
#if defined(__apple_build_version__)
  return "Apple Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." +
         std::to_string(__clang_patchlevel__);
#elif defined(__clang__)
  return "Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." + std::to_string(__clang_patchlevel__);
#else
  return "GCC " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." + std::to_string(__GNUC_PATCHLEVEL__);
#endif
}

/// "Linux 6.1.0 x86_64".
inline std::string system() {
  utsname names{};
  if (uname(&names) != 0) return "unknown system";
  return std::string{names.sysname} + " " + names.release + " " + names.machine;
}

/// "macOS 26.2 (25C56)", "Debian GNU/Linux 12 (bookworm)"; empty where it cannot be told.
inline std::string distribution() {
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

/// Cores that are online.
inline long cores() { return sysconf(_SC_NPROCESSORS_ONLN); }

/// Bytes of physical memory, 0 where it cannot be told.
inline std::uint64_t memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 0;
}

/// Processes that wanted to run, the mean of the last minute; negative where it cannot be told.
inline double load() {
  double averages[1]{-1};
  return getloadavg(averages, 1) == 1 ? averages[0] : -1;
}

/// What sets the processor's frequency, "performance" say; empty where it cannot be told.
inline std::string governor() {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  std::string name;
  std::getline(file, name);
  return name;
}

/// Whether the machine is a virtual one, as far as it says so itself.
inline bool is_virtual() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("flags")) return line.find(" hypervisor") != std::string::npos;
  return false;
}

/// The date and time in UTC, as 2026-01-31T12:00:00Z.
inline std::string utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace anechain::machine

// SPDX-License-Identifier: MIT
#pragma once

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

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

/// "Linux 6.1.0 x86_64".
inline std::string system() {
  utsname names{};
  if (uname(&names) != 0) return "unknown system";
  return std::string{names.sysname} + " " + names.release + " " + names.machine;
}

/// Cores that are online.
inline long cores() { return sysconf(_SC_NPROCESSORS_ONLN); }

/// Bytes of physical memory, 0 where it cannot be told.
inline std::uint64_t memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 0;
}

}  // namespace anechain::machine

// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include <anechain/separate_compilation.hpp>

/// What can be said about the machine that the program runs on.
namespace anechain::machine {

namespace detail {

/// The first line of a file, up to a zero byte if it has one; empty if the file cannot be read.
std::string line_of(const char* path);

/// What Linux tells about the machine.
struct LinuxSources {
  std::string cpuinfo{};            ///< /proc/cpuinfo
  std::string device_tree_model{};  ///< of a board or a Mac; empty on others
  std::string product{};            ///< as the firmware calls the machine; empty where it does not
  std::string compatible{};         ///< what the device tree says the machine is like
};

/// The name of the processor's model on x86. On Arm the model of the machine, otherwise the name of the core, otherwise that of the
/// product.
std::string processor_from(const LinuxSources& sources);

/// On x86 by a flag of the processor. On Arm by the names that the firmware and the device tree give the machine.
bool is_virtual_from(const LinuxSources& sources);

}  // namespace detail

/// The processor as its maker calls it, or the machine that it is in, or "unknown processor".
std::string processor();

/// The compiler's name and version: "GCC 12.2.0", "Clang 19.1.7".
std::string compiler();

/// "Linux 6.1.0 x86_64".
std::string system();

/// "macOS 26.2 (25C56)", "Debian GNU/Linux 12 (bookworm)"; empty where it cannot be told.
std::string distribution();

/// Cores that are online.
inline long cores() { return sysconf(_SC_NPROCESSORS_ONLN); }

/// Bytes of physical memory, 0 where it cannot be told.
std::uint64_t memory();

/// Processes that wanted to run, the mean of the last minute; negative where it cannot be told.
double load();

/// What sets the processor's frequency, for example "performance"; empty if it cannot be told.
inline std::string governor() { return detail::line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"); }

/// Whether the machine is a virtual one, as far as it says so itself.
bool is_virtual();

/// The date and time in UTC, as 2026-01-31T12:00:00Z.
std::string utc();

}  // namespace anechain::machine

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/support/machine.ipp>
#endif

// SPDX-License-Identifier: MIT
// Clocks that no experiment should trust: loaded before a program (LD_PRELOAD), with their kind in CLOCK_SHIM. Processor time is left
// alone.
#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t shown(std::string_view kind, std::int64_t ns) {
  static std::int64_t readings = 0;
  ++readings;
  if (kind == "frozen") return second;
  if (kind == "microseconds") return ns / 1000 * 1000;
  if (kind == "centiseconds") return ns / 10'000'000 * 10'000'000;
  if (kind == "backward") return readings % 40'000 > 20'000 ? ns - 5 * second : ns;
  if (kind == "forward") return ns + readings / 20'011 * 3600 * second;
  if (kind == "far") return ns + 9'000'000'000 * second;
  if (kind == "before zero") return ns - 4'000'000'000 * second;
  return ns;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, std::timespec* time) {
  using Function = int (*)(clockid_t, std::timespec*);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "clock_gettime"));
  static const char* const kind = std::getenv("CLOCK_SHIM");
  const int result = real(clock, time);
  if (kind == nullptr || clock == CLOCK_PROCESS_CPUTIME_ID) return result;
  const std::int64_t ns = shown(kind, time->tv_sec * second + time->tv_nsec);
  time->tv_sec = ns / second - (ns % second < 0 ? 1 : 0);
  time->tv_nsec = (ns % second + second) % second;
  return result;
}

// SPDX-License-Identifier: MIT
#include "measure_on.hpp"

namespace program {

Report measure_on_host(const RunArguments& arguments) {
  return measure_on(arguments, [] { return HostDevice{}; });
}

Report measure_twins_on_host(const RunArguments& arguments) { return measure_twins_on(arguments, HostDevice{}); }

}  // namespace program

// SPDX-License-Identifier: MIT
// The Apple Neural Engine, as the command line asks for it.
#pragma once

#include <anechain/ane.hpp>

#include <memory>
#include <string>

#include "arguments.hpp"

namespace program {

// The frameworks where Apple has them, or what --framework names in their place.
std::shared_ptr<const ane::Framework> framework(const RunArguments& arguments);

// Throws DeviceError where there is none. Its warnings go to stderr, each once.
AneDevice ane_device(const RunArguments& arguments);

}  // namespace program

// SPDX-License-Identifier: MIT
// A second file of a consumer's program.
#include <anechain/devices/host.hpp>

std::string name_of_the_host() { return anechain::HostDevice{}.name(); }

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <anechain/support/machine.hpp>

#include <string>

using anechain::machine::detail::is_virtual_from;
using anechain::machine::detail::LinuxSources;
using anechain::machine::detail::processor_from;

namespace {

const std::string x86 =
    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Platinum\nflags\t\t: fpu vme hypervisor lahf_lm\n";
const std::string neoverse =
    "processor\t: 0\nBogoMIPS\t: 2100.00\nFeatures\t: fp asimd evtstrm\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: "
    "0x1\nCPU part\t: 0xd40\nCPU revision\t: 1\n";

}  // namespace

TEST_CASE("machine: the processor's name on x86 and on Arm") {
  CHECK(processor_from({.cpuinfo = x86}) == "Intel(R) Xeon(R) Platinum");
  CHECK(processor_from({.cpuinfo = neoverse}) == "Arm Neoverse V1");
  CHECK(processor_from({.cpuinfo = neoverse, .device_tree_model = "Raspberry Pi 5 Model B Rev 1.0"}) == "Raspberry Pi 5 Model B Rev 1.0");
  CHECK(processor_from({.cpuinfo = "CPU implementer\t: 0x61\nCPU part\t: 0x023\n"}) == "Apple M1");
  CHECK(processor_from({.cpuinfo = "CPU implementer\t: 0x48\nCPU part\t: 0xd01\n"}) == "Arm processor, implementer 0x48, part 0xd01");
  CHECK(processor_from({.cpuinfo = "processor\t: 0\n", .product = "ThinkSystem"}) == "ThinkSystem");
  CHECK(processor_from({}) == "unknown processor");
}

TEST_CASE("machine: whether it is virtual") {
  CHECK(is_virtual_from({.cpuinfo = x86}));
  CHECK_FALSE(is_virtual_from({.cpuinfo = "model name\t: x\nflags\t\t: fpu vme hypervisors\n"}));
  CHECK_FALSE(is_virtual_from({.cpuinfo = neoverse}));
  CHECK(is_virtual_from({.cpuinfo = neoverse, .product = "KVM Virtual Machine"}));
  CHECK(is_virtual_from({.cpuinfo = neoverse, .compatible = "linux,dummy-virt"}));
  CHECK_FALSE(
      is_virtual_from({.cpuinfo = neoverse, .device_tree_model = "Raspberry Pi 5 Model B Rev 1.0", .compatible = "raspberrypi,5-model-b"}));
}

TEST_CASE("machine: this one has a name, cores and memory") {
  CHECK_FALSE(anechain::machine::processor().empty());
  CHECK(anechain::machine::cores() > 0);
  CHECK(anechain::machine::memory() > 0);
}

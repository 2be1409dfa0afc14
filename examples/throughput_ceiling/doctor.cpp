// SPDX-License-Identifier: MIT
#include <anechain/measure/verify.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iomanip>
#include <iostream>
#include <string>
#include <string_view>

#include "ane.hpp"
#include "commands.hpp"

namespace program {

namespace {

constexpr std::array<std::string_view, 4> kinds{"libraries", "functions", "classes", "messages"};

void print_machine() {
  std::cout << "anechain " << anechain::version << ", " << machine::utc() << '\n'
            << "processor  " << machine::processor() << ", " << machine::cores() << " cores, "
            << anechain::report::scaled(static_cast<double>(machine::memory()), "B") << '\n'
            << "system     " << machine::distribution() << "; " << machine::system() << '\n';
}

// What the framework says of the engine itself, as far as it says anything.
void print_engine(const ane::Framework& framework) {
  if (framework.device_class == nullptr) return;
  std::cout << "engine     ";
  try {
    framework.foundation.in_pool<DeviceError>("_ANEDeviceInfo", [&] {
      const auto text = [&](const ane::objc::Message<ane::objc::Id()>& message) {
        return message ? framework.foundation.text(message(framework.device_class)) : std::string{"?"};
      };
      std::cout << text(framework.architecture) << ", product " << text(framework.product) << ", build " << text(framework.build);
      if (framework.core_count) std::cout << ", " << framework.core_count(framework.device_class) << " cores";
      if (framework.has_engine) std::cout << ", present: " << (framework.has_engine(framework.device_class) != 0 ? "yes" : "no");
    });
  } catch (const std::exception& error) {
    std::cout << error.what();
  }
  std::cout << '\n';
}

void print_parts(const ane::Framework& framework) {
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    std::size_t looked_for = 0;
    std::size_t found = 0;
    for (const ane::Part& part : framework.inventory.parts())
      if (static_cast<std::size_t>(part.kind) == kind) {
        ++looked_for;
        found += part.found;
      }
    if (looked_for > 0) std::cout << std::left << std::setw(11) << kinds[kind] << found << " of " << looked_for << " found\n";
  }
  for (const ane::Part& part : framework.inventory.parts())
    if (!part.found)
      std::cout << "  missing, " << (part.need == ane::Need::always ? "needed:  " : "optional: ") << part.name
                << (part.problem.empty() ? "" : " (" + part.problem + ")") << '\n';
}

using Trial = Conv1x1<64, 32>;

// How the loaded program lays out its input: what nobody knows of M1 and M2.
void print_layout(const ane::Framework& framework, const ane::Program& program) {
  if (!framework.attributes) return;
  const ane::Foundation& foundation = framework.foundation;
  foundation.in_pool<DeviceError>("modelAttributes", [&] {
    const ane::objc::Id networks = foundation.entry(framework.attributes(program.model()), "NetworkStatusList");
    if (foundation.count(networks) == 0) return;
    const ane::objc::Id inputs = foundation.entry(foundation.element(networks, 0), "LiveInputList");
    if (foundation.count(inputs) == 0) return;
    std::cout << "layout     of " << to_string(Trial::input) << ':';
    for (const char* const key : {"RowStride", "PlaneStride", "BatchStride", "Batches", "Interleave"})
      if (const auto number = foundation.integer(foundation.entry(foundation.element(inputs, 0), key)))
        std::cout << ' ' << key << ' ' << *number;
    std::cout << '\n';
  });
}

// Compiles the original experiment's smallest kernel, runs it, and compares it with the host. Returns whether that is well.
bool try_route(const RunArguments& arguments, std::string_view route) {
  RunArguments chosen = arguments;
  chosen.route = route;
  std::cout << "route " << std::left << std::setw(9) << route << ' ';
  try {
    AneDevice device = ane_device(chosen);
    const WeightBlobs blobs{Chain<Trial, Trial>::kernels, random_weights(arguments.seed)};
    CompiledFlow<AneDevice> compiled{device, Chain<Trial, Trial>::facts, blobs};
    Reference<HostDevice> reference{Chain<Trial, Trial>::kernels, blobs};
    auto pass = compiled.bind(zero_copy);
    verify(pass, Chain<Trial, Trial>::facts, reference, arguments.seed);
    std::cout << "two kernels of 64x32 compiled, ran, and gave what the host gives\n";
    return true;
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
    return false;
  }
}

void try_layout(const RunArguments& arguments, const ane::Framework& framework) {
  try {
    const AneDevice device = ane_device(arguments);
    const WeightBlobs blobs{Chain<Trial, Trial>::kernels, random_weights(arguments.seed)};
    print_layout(framework, device.compile(mil_text<Trial>, blobs.blob(0)));
  } catch (const std::exception& error) {
    std::cout << "layout     " << error.what() << '\n';
  }
}

}  // namespace

int doctor(const RunArguments& arguments) {
  std::cout << std::unitbuf;  // should the framework end the program, what was found before is told
  const std::shared_ptr<const ane::Framework> found = framework(arguments);
  print_machine();
  print_parts(*found);
  print_engine(*found);
  const std::string reason = ane::absence(*found);
  if (!reason.empty()) {
    std::cout << "no Apple Neural Engine: " << reason << '\n'
              << "what to do: on Apple silicon with macOS 14 or later, send this page as a bug report (docs/ane.md); elsewhere there is no "
                 "engine: --device host and --device simulated work everywhere\n";
    return EXIT_FAILURE;
  }
  try_layout(arguments, *found);
  bool works = false;
  for (const std::string_view route : words_of<ane::Route>) works = try_route(arguments, route) || works;
  if (!works) std::cout << "what to do: send this page as a bug report (docs/ane.md)\n";
  return works ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace program

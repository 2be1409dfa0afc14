#include <anechain/experiment/verify.hpp>

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
  framework.foundation.in_pool<DeviceError>("_ANEDeviceInfo", [&] {
    const auto text = [&](const ane::objc::Message<ane::objc::Id()>& message) {
      return message ? framework.foundation.text(message(framework.device_class)) : std::string{"?"};
    };
    std::cout << "engine     " << text(framework.architecture) << ", product " << text(framework.product) << ", build "
              << text(framework.build);
    if (framework.core_count) std::cout << ", " << framework.core_count(framework.device_class) << " cores";
    if (framework.has_engine) std::cout << ", present: " << (framework.has_engine(framework.device_class) != 0 ? "yes" : "no");
    std::cout << '\n';
  });
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

// Compiles the original experiment's smallest kernel, runs it, and compares it with the host.
std::string tried(const RunArguments& arguments, std::string_view route) {
  RunArguments chosen = arguments;
  chosen.route = route;
  try {
    AneDevice device = ane_device(chosen);
    const WeightBlobs blobs{Chain<Trial, Trial>::kernels<>, random_weights(arguments.seed)};
    CompiledKernels<AneDevice> compiled{device, Chain<Trial, Trial>::kernels<>, blobs};
    Reference<HostDevice> reference{Chain<Trial, Trial>::kernels<>, blobs};
    auto pass = compiled.bind(zero_copy);
    verify(pass, compiled.kernels(), reference, arguments.seed);
    return "two kernels of 64x32 compiled, ran, and gave what the host gives";
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

int doctor(const RunArguments& arguments) {
  const std::shared_ptr<const ane::Framework> found = framework(arguments);
  print_machine();
  print_engine(*found);
  print_parts(*found);
  const std::string reason = ane::absence(*found);
  if (!reason.empty()) {
    std::cout << "no Apple Neural Engine: " << reason << '\n'
              << "what to do: on Apple silicon with macOS 14 or later, send this page as a bug report (docs/ane.md); elsewhere there is no "
                 "engine: --device host and --device simulated work everywhere\n";
    return EXIT_FAILURE;
  }
  bool works = false;
  for (const std::string_view route : ane::route_names) {
    const std::string result = tried(arguments, route);
    works = works || result.find("gave what the host gives") != std::string::npos;
    std::cout << "route " << std::left << std::setw(9) << route << ' ' << result << '\n';
  }
  if (!works) std::cout << "what to do: send this page as a bug report (docs/ane.md)\n";
  return works ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace program

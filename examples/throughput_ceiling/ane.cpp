// SPDX-License-Identifier: MIT
#include "ane.hpp"

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <set>
#include <string_view>
#include <vector>

#include "measure_on.hpp"

namespace program {

std::shared_ptr<const ane::Framework> framework(const RunArguments& arguments) {
  return std::make_shared<ane::Framework>(arguments.framework.empty() ? ane::Libraries{} : ane::Libraries::all_in(arguments.framework));
}

AneDevice ane_device(const RunArguments& arguments) {
  ane::Options options{.route = *named<ane::Route>(arguments.route), .qos = arguments.qos, .distinct = arguments.distinct};
  const auto told = std::make_shared<std::set<std::string>>();
  options.on_warning = [told](const std::string& warning) {
    if (told->insert(warning).second) std::cerr << "throughput_ceiling: warning: " << warning << '\n';
  };
  return AneDevice{framework(arguments), std::move(options)};
}

namespace {

// Programs that a run compiles. Those of a size have the same weights in the comparison and in the sweep, so that only distinct ones
// are compiled for both.
std::size_t compilations(const RunArguments& arguments) {
  const std::vector<std::size_t> lengths = arguments.chain_lengths();
  const auto wants_fused = [&](const Size& size) {
    return arguments.protocol != "original" && (arguments.filter.empty() || matches_any(size.name + "/fused", arguments.filter));
  };
  const std::size_t longest = lengths.empty() ? 0 : *std::ranges::max_element(lengths);
  const std::size_t fused = std::ranges::any_of(arguments.sizes(), wants_fused) ? 1 : 0;
  std::size_t of_a_size = std::max(arguments.length, longest) + lengths.size() + fused;
  if (arguments.distinct) of_a_size = (arguments.protocol == "both" ? 2 : 1) * arguments.length + fused + longest + lengths.size();
  return of_a_size * arguments.sizes().size();
}

void require_budget(const RunArguments& arguments) {
  if (const std::size_t count = compilations(arguments); count > ane::compile_budget)
    throw UsageError("this run would compile " + std::to_string(count) + " programs, and a process can compile " +
                     std::to_string(ane::compile_budget) +
                     " on the ANE: name fewer sizes with --config, or shorter chains with --length and --lengths");
}

}  // namespace

Report measure_on_ane(const RunArguments& arguments) {
  require_budget(arguments);
  return measure_on(arguments, [&] { return ane_device(arguments); });
}

Report measure_twins_on_ane(const RunArguments& arguments) { return measure_twins_on(arguments, ane_device(arguments)); }

}  // namespace program

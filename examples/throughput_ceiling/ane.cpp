#include "ane.hpp"

#include <iostream>
#include <set>

#include "measure_on.hpp"

namespace program {

std::shared_ptr<const ane::Framework> framework(const RunArguments& arguments) {
  return std::make_shared<ane::Framework>(arguments.framework.empty() ? ane::Libraries{} : ane::Libraries::all_in(arguments.framework));
}

AneDevice ane_device(const RunArguments& arguments) {
  ane::Options options{.route = *ane::route_named(arguments.route), .qos = arguments.qos, .distinct = arguments.distinct};
  const auto told = std::make_shared<std::set<std::string>>();
  options.on_warning = [told](const std::string& warning) {
    if (told->insert(warning).second) std::cerr << "throughput_ceiling: warning: " << warning << '\n';
  };
  return AneDevice{framework(arguments), std::move(options)};
}

Report measure_on_ane(const RunArguments& arguments) {
  return measure_on(arguments, [&] { return ane_device(arguments); });
}

Report measure_twins_on_ane(const RunArguments& arguments) { return measure_twins_on(arguments, ane_device(arguments)); }

}  // namespace program

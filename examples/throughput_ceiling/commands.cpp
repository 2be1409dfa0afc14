// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <anechain/anechain.hpp>
#include <anechain/experiment/compare.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "launches.hpp"
#include "measure.hpp"
#include "output.hpp"

namespace program {

namespace {

void list() {
  std::cout << "contenders of each size (--filter):\n";
  for (const std::string_view name : Ceiling::strategy_names) std::cout << "  " << name << '\n';
  std::cout << "configurations, unless --config says otherwise:\n  " << original_configurations
            << "\n  with --chain transformer: " << transformer_configurations << "\nsimulated engines (--device simulated --preset ...):\n";
  for (const simulated::Preset& preset : simulated::presets()) {
    std::cout << "  " << preset.name << ", like an " << preset.chip << ":\n";
    for (const simulated::Source& source : preset.sources) std::cout << "    " << source.figure << ": " << source.source << '\n';
  }
}

// What an experiment on a simulated engine should have found.
void print_truth(const simulated::Preset& preset) {
  const simulated::Costs& costs = preset.costs;
  std::cout << "the truth of this engine: fixed " << report::digits(costs.fixed_us) << " us a pass, dispatch "
            << report::digits(costs.dispatch_us) << " us, compute " << report::digits(costs.us_per_gflop) << " us a GFLOP, copy "
            << report::digits(costs.link_us(0)) << " us and " << report::digits(costs.us_per_mb) << " us a MB, hop "
            << report::digits(costs.hop_us) << " us; its state multiplies them all\n";
}

// Every pattern of --filter is that of some contender.
void require_known(const RunArguments& arguments) {
  if (arguments.protocol == "original" && !arguments.filter.empty()) throw UsageError("--filter: the original protocol has its own four");
  std::vector<std::string> names;
  for (const Size& size : arguments.sizes())
    for (const std::string_view strategy : Ceiling::strategy_names) names.push_back(size.name + "/" + std::string{strategy});
  for (const std::string& pattern : arguments.filter)
    if (std::ranges::none_of(names, [&](const std::string& name) { return matches(name, pattern); }))
      throw UsageError("--filter: no contender is called '" + pattern + "'; --list names them");
}

}  // namespace

int run(const RunArguments& arguments, const std::vector<std::string>& command_line) {
  if (arguments.only_list) {
    list();
    return EXIT_SUCCESS;
  }
  require_known(arguments);
  const Protocol protocol = arguments.made();
  const std::size_t visits = 2 * (Ceiling::strategy_names.size() + 1) * protocol.most_rounds;
  Outputs outputs{arguments.outputs, arguments.sizes().size() * visits * protocol.launches};
  const Report report = measure_in_launches(arguments, command_line);
  const Analysis analysis = analyse(report);
  outputs.write(report, analysis);
  if (arguments.device == "simulated") print_truth(*simulated::preset(arguments.preset));
  if (!report.complete() || interrupted) {
    std::cerr << "throughput_ceiling: interrupted: the results are those of what was measured, and marked incomplete\n";
    return was_interrupted;
  }
  if (!report.ok()) return EXIT_FAILURE;
  if (!arguments.strict) return EXIT_SUCCESS;
  for (const MeasurementAnalysis& measurement : analysis.measurements)
    if (measurement.estimates)
      for (const std::optional<ContenderEstimate>& estimate : measurement.estimates->contenders)
        if (estimate && estimate->judgement &&
            (estimate->judgement->verdict == Verdict::unreliable || estimate->judgement->verdict == Verdict::indistinguishable))
          return not_conclusive;
  return EXIT_SUCCESS;
}

int report(const ReportArguments& arguments) {
  Report report = read_report(arguments.path);
  for (Measurement& measurement : report.measurements) {
    Protocol& protocol = measurement.protocol;
    if (arguments.estimator) protocol.estimator = *named<Estimator>(*arguments.estimator);
    if (arguments.confidence_percent) protocol.confidence = *arguments.confidence_percent / 100;
    if (arguments.epsilon_percent) protocol.epsilon = *arguments.epsilon_percent / 100;
  }
  Outputs{arguments.outputs, 0}.write(report, analyse(report));
  return EXIT_SUCCESS;
}

int compare(const CompareArguments& arguments) {
  const ReportComparison comparison = anechain::compare(read_report(arguments.first), read_report(arguments.second),
                                                        arguments.confidence_percent / 100, arguments.epsilon_percent / 100);
  for (const std::string& warning : comparison.warnings) std::cout << "beware: " << warning << '\n';
  std::vector<std::vector<std::string>> rows{
      {"contender", "first [us]", "interval", "second [us]", "interval", "change", "interval", "verdict"}};
  const auto numbers = [](const std::optional<statistics::Interval>& of) { return of ? report::numbers(*of) : std::string{}; };
  for (const ComparedContender& row : comparison.rows)
    rows.push_back({row.name, report::digits(row.first_us), numbers(row.first_interval_us), report::digits(row.second_us),
                    numbers(row.second_interval_us), report::percent(row.change, true), row.interval ? report::shares(row.interval) : "",
                    std::string{name_of(row.verdict)}});
  report::print_aligned(std::cout, rows);
  for (const std::string& missing : comparison.missing) std::cout << "  not compared: " << missing << '\n';
  if (comparison.rows.empty()) throw UsageError("the two reports have nothing in common");
  std::cout << "  geometric mean: " << report::percent(comparison.geometric_mean, true) << '\n';
  const bool ambiguous = comparison.has(Change::ambiguous);
  if (ambiguous)
    std::cout << "\nTwo runs are unpaired, and within one launch memory and programs stay where they are: a difference between single "
                 "launches may be\n"
                 "the launches' own. Measure both with --launches 3 or more to have a verdict.\n";
  if (arguments.fail_on_regression && comparison.has(Change::regression)) {
    std::cerr << "throughput_ceiling: a regression beyond " << report::percent(arguments.epsilon_percent / 100) << '\n';
    return regression_found;
  }
  if (arguments.fail_on_regression && comparison.lost) {
    std::cerr << "throughput_ceiling: the second report lacks what the first measured\n";
    return regression_found;
  }
  return arguments.strict && (ambiguous || comparison.lost || comparison.has(Change::inconclusive)) ? not_conclusive : EXIT_SUCCESS;
}

int selftest(const RunArguments& arguments) {
  end_on_signals();
  const Report measured = measure_twins(arguments);
  std::cout << "A/A on " << measured.environment.device << ", seed " << arguments.seed << '\n';
  std::vector<std::vector<std::string>> rows{
      {"chain", "rounds", "the same pass twice", "99 % interval", "a twin with memory of its own", "interval", ""}};
  bool quiet = true;
  for (const Measurement& measurement : measured.measurements) {
    if (!measurement.complete()) continue;
    const std::string& name = measurement.contenders.front().flow.name;
    for (const MeasuredContender& contender : measurement.contenders)
      if (!contender.ok()) throw std::runtime_error("selftest: " + contender.name + ": " + *contender.failure);
    const Estimates found = estimate(measurement);
    const std::optional<Contrast>& control = found.controls.front();
    if (!control || !found.contenders[1] || !found.contenders[1]->contrast)
      throw std::runtime_error("selftest: " + name + ": too few rounds");
    if (!is_quiet(control))
      throw std::runtime_error("selftest: " + name + ": too few rounds for the A/A control; more rounds, or a larger budget");
    const bool its_quiet = *is_quiet(control);
    quiet = quiet && its_quiet;
    const Contrast& twin = *found.contenders[1]->contrast;
    rows.push_back({name, std::to_string(measurement.rounds()), report::percent(control->relative(), true),
                    report::shares(control->relative_interval()), report::percent(twin.relative(), true),
                    report::shares(twin.relative_interval()), its_quiet ? "quiet" : "NOT QUIET"});
  }
  report::print_aligned(std::cout, rows);
  std::cout << "The twin differs from the baseline in nothing but where its memory lies: what it shows beyond its interval is what one "
               "launch can\n"
               "differ from another by.\n";
  if (!quiet) std::cerr << "throughput_ceiling: the A/A control is not quiet: no comparison on this machine can be relied on now\n";
  return interrupted ? was_interrupted : quiet ? EXIT_SUCCESS : EXIT_FAILURE;
}

int plan(const RunArguments& arguments) {
  const simulated::Preset& preset = *simulated::preset(arguments.preset);
  RunArguments pilot = arguments;
  pilot.device = "simulated";
  pilot.filter = {"sequential", "run_only", "zero_copy"};
  pilot.rounds = 96;
  pilot.budget_s = 1e6;
  pilot.lengths = "none";
  const Report measured = measure(pilot, {});
  std::cout << "what a run like this would see on a simulated engine like an " << preset.chip << " (dispatch "
            << report::digits(preset.costs.dispatch_us) << " us, copy " << report::digits(preset.costs.link_us(0)) << " us + "
            << report::digits(preset.costs.us_per_mb) << " us/MB; its noise is assumed, see --list)\n";
  std::vector<std::vector<std::string>> rows{
      {"contender", "true cost of a link [us]", "rounds", "time [s]", "half-width [us]", "would see [us]", ""}};
  for (const Measurement& measurement : measured.measurements) {
    const Estimates found = estimate(measurement);
    const Sample& last = measurement.samples.back();
    const Sample& first = measurement.samples.front();
    const double round_s =
        std::chrono::duration<double>{last.start + last.duration - first.start}.count() / static_cast<double>(measurement.rounds());
    for (std::size_t c = 0; c < measurement.contenders.size(); ++c) {
      if (!found.contenders[c] || !found.contenders[c]->contrast) continue;
      const MeasuredContender& contender = measurement.contenders[c];
      const statistics::Location& ratio = found.contenders[c]->contrast->log_ratio;
      const double link_us = found.contenders[c]->contrast->base_pass_us / found.contenders[c]->contrast->links;
      const double megabytes = static_cast<double>(contender.flow.link_bytes()) / static_cast<double>(contender.flow.links()) / 1e6;
      const double truth = contender.strategy.copies ? preset.costs.link_us(megabytes) : 0;
      for (const double rounds : {96.0, 400.0, 1000.0, 4000.0}) {
        const double standard_error = statistics::median_inefficiency * ratio.sigma * std::sqrt(ratio.dependence.tau / rounds) * link_us;
        const double z = statistics::normal_quantile((1 + ratio.confidence) / 2);
        const double detectable = (z + statistics::normal_quantile(0.8)) * standard_error;
        rows.push_back({contender.name, report::digits(truth), report::fixed(rounds, 0), report::digits(rounds * round_s),
                        report::digits(z * standard_error), report::digits(detectable),
                        truth == 0            ? ""
                        : truth >= detectable ? "resolved"
                                              : "too few"});
      }
    }
  }
  report::print_aligned(std::cout, rows);
  std::cout << "time: of the device, for these contenders alone; with twice as many it is twice as long.\n";
  return EXIT_SUCCESS;
}

}  // namespace program

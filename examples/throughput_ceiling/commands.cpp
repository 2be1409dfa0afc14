// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <anechain/analysis/compare.hpp>
#include <anechain/anechain.hpp>
#include <anechain/measure/keep_on_signal.hpp>
#include <anechain/measure/processes.hpp>
#include <anechain/report/comparison_document.hpp>
#include <anechain/report/console.hpp>
#include <anechain/report/html.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "measure.hpp"
#include "options.hpp"
#include "output.hpp"
#include "resume.hpp"

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
  std::cout << "the truth of this engine: fixed " << report::digits(costs.fixed_us) << " µs/pass, dispatch "
            << report::digits(costs.dispatch_us) << " µs, compute " << report::digits(costs.us_per_gflop) << " µs/GFLOP, copy "
            << report::digits(costs.link_us(0)) << " µs and " << report::digits(costs.us_per_mb) << " µs/MB, hop "
            << report::digits(costs.hop_us) << " µs; its state multiplies them all\n";
}

// Every pattern of --filter is that of some contender.
void require_known(const RunArguments& arguments) {
  std::vector<std::string> names;
  for (const Size& size : arguments.sizes())
    for (const std::string_view strategy : Ceiling::strategy_names) names.push_back(size.name + "/" + std::string{strategy});
  for (const std::string& pattern : arguments.filter)
    if (std::ranges::none_of(names, [&](const std::string& name) { return matches(name, pattern); }))
      throw UsageError("--filter: no contender is called '" + pattern + "'; --list names them");
}

}  // namespace

namespace {

// The arguments of the interrupted run, from the command line in its report, with the outputs and the framework of this command line. The
// report may come from anywhere, so no path that it names is opened.
RunArguments resumed(const RunArguments& given, const Report& before) {
  RunArguments arguments;
  try {
    arguments = Options{}.run_of(before.environment.arguments);
  } catch (const std::exception& error) {
    throw UsageError("--resume " + given.resume + ": its command line cannot be understood: " + error.what());
  }
  arguments.resume = given.resume;
  arguments.framework = given.framework;
  arguments.strict = given.strict;
  arguments.interrupted = given.interrupted;
  arguments.outputs = given.outputs;
  for (std::size_t i = 0; i < formats().size(); ++i)
    if (formats()[i].is_report && arguments.outputs[i].empty()) arguments.outputs[i] = given.resume;
  return arguments;
}

// Whether --filter selects a contender other than the baseline.
bool compares(const RunArguments& arguments) {
  if (arguments.filter.empty()) return true;
  for (const Size& size : arguments.sizes())
    for (const std::string_view strategy : Ceiling::strategy_names)
      if (strategy != RunOnly::name && matches_any(size.name + "/" + std::string{strategy}, arguments.filter)) return true;
  return false;
}

int exit_code(const RunArguments& arguments, const Report& report, const Analysis& analysis) {
  if (!report.complete() || arguments.is_interrupted()) {
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

}  // namespace

int run(const RunArguments& given, const std::vector<std::string>& command_line) {
  if (given.only_list) {
    list();
    return EXIT_SUCCESS;
  }
  const KeepOnSignal keep;
  RunArguments arguments = given;
  arguments.interrupted = &keep.received();
  std::optional<Report> before;
  if (!given.resume.empty()) {
    before = read_report(given.resume);
    if (before->complete() && before->failed_processes.empty()) throw UsageError("--resume " + given.resume + ": that run is complete");
    drop_stumps(*before);
    arguments = resumed(arguments, *before);
    arguments.before = &*before;
  }
  require_known(arguments);
  if (arguments.strict && !compares(arguments)) throw UsageError("--strict does nothing here: --filter leaves nothing to compare");
  const Protocol protocol = arguments.made();
  const std::size_t visits = 2 * (Ceiling::strategy_names.size() + 1) * protocol.most_rounds;
  Outputs outputs{{given.resume}};
  if (process_number() == 0) outputs.add(arguments.outputs, arguments.sizes().size() * visits * protocol.launches, given.resume);
  Report report = measure(arguments, command_line);
  if (before) {
    add(*before, std::move(report));
    report = std::move(*before);
  }
  const Analysis analysis = analyse(report);
  outputs.write(report, document_of(report, analysis));
  if (arguments.device == "simulated") print_truth(*simulated::preset(arguments.preset));
  return exit_code(arguments, report, analysis);
}

int report(const ReportArguments& arguments) {
  Outputs outputs{{arguments.path}};
  Report report = read_report(arguments.path);
  outputs.add(arguments.outputs, 0, arguments.path);
  for (Measurement& measurement : report.measurements) {
    Protocol& protocol = measurement.protocol;
    if (arguments.estimator) protocol.estimator = *named<Estimator>(*arguments.estimator);
    if (arguments.confidence_percent) protocol.confidence = *arguments.confidence_percent / 100;
    if (arguments.epsilon_percent) protocol.epsilon = *arguments.epsilon_percent / 100;
  }
  outputs.write(report, document_of(report, analyse(report)));
  return EXIT_SUCCESS;
}

int compare(const CompareArguments& arguments) {
  Outputs outputs{{arguments.first, arguments.second}};
  outputs.add("--html", arguments.html, 0,
              [](std::ostream& to, const Report&, const report::Document& document) { report::html(to, document); });
  const double epsilon = arguments.epsilon_percent / 100;
  const ReportComparison comparison =
      anechain::compare(read_report(arguments.first), read_report(arguments.second), arguments.confidence_percent / 100, epsilon);
  outputs.write({}, with_flags(report::document(comparison, epsilon)));
  if (comparison.rows.empty()) throw UsageError("the two reports have nothing in common");
  const bool ambiguous = comparison.has(Change::ambiguous);
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

int selftest(const RunArguments& given) {
  const KeepOnSignal keep;
  RunArguments arguments = given;
  arguments.interrupted = &keep.received();
  const Report measured = measure_twins(arguments);
  std::cout << "A/A on " << measured.environment.device << ", seed " << arguments.seed << '\n';
  using report::Unit;
  report::Table table{.id = "selftest",
                      .caption = "A/A",
                      .columns = {{"chain", "chain"},
                                  {"rounds", "rounds", Unit::count},
                                  {"control", "the same pass twice", Unit::share, true},
                                  {"control_interval", "99 % interval", Unit::share, true},
                                  {"twin", "a twin with memory of its own", Unit::share, true},
                                  {"twin_interval", "interval", Unit::share, true},
                                  {"quiet", ""}}};
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
    table.rows.push_back(
        {{name, static_cast<double>(measurement.rounds()), control->relative(), *control->relative_interval(), twin.relative(),
          twin.relative_interval() ? report::Cell{*twin.relative_interval()} : report::Cell{std::string{"too few rounds"}},
          report::Word{its_quiet ? "quiet" : "NOT QUIET"}}});
  }
  report::print(std::cout, table);
  std::cout << "The twin differs from the baseline in nothing but where its memory lies: what it shows beyond its interval is what one "
               "launch can\n"
               "differ from another by.\n";
  if (!quiet) std::cerr << "throughput_ceiling: the A/A control is not quiet: no comparison on this machine can be relied on now\n";
  return arguments.is_interrupted() ? was_interrupted : quiet ? EXIT_SUCCESS : EXIT_FAILURE;
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
            << report::digits(preset.costs.dispatch_us) << " µs, copy " << report::digits(preset.costs.link_us(0)) << " µs + "
            << report::digits(preset.costs.us_per_mb) << " µs/MB; its noise is assumed, see --list)\n";
  using report::Unit;
  report::Table table{.id = "plan",
                      .caption = "what a run would see",
                      .columns = {{"contender", "contender"},
                                  {"truth_us", "true cost of a link", Unit::microseconds},
                                  {"rounds", "rounds", Unit::count},
                                  {"time_s", "time", Unit::seconds},
                                  {"half_width_us", "half-width", Unit::microseconds},
                                  {"detectable_us", "would see", Unit::microseconds},
                                  {"resolved", ""}}};
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
        table.rows.push_back({{contender.name, truth, rounds, rounds * round_s, z * standard_error, detectable,
                               report::Word{truth == 0            ? ""
                                            : truth >= detectable ? "resolved"
                                                                  : "too few"}}});
      }
    }
  }
  report::print(std::cout, table);
  std::cout << "time: of the device, for these contenders alone; with twice as many it is twice as long.\n";
  return EXIT_SUCCESS;
}

}  // namespace program

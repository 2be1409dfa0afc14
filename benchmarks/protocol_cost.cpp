// SPDX-License-Identifier: MIT
// What does measuring cost? The protocol's own work, as a share of the time that an experiment takes on a device whose evaluations take
// a tenth of a millisecond; and on a simulated engine, whose truth is known, how far three designs are from it after so many passes.
//   protocol_cost [RESULTS.json [PLOT.svg]]
#include "results.hpp"

#include "measure/scenarios.hpp"
#include "throughput_ceiling/original/estimate.hpp"
#include "throughput_ceiling/original/protocol.hpp"

#include <anechain/anechain.hpp>
#include <anechain/report/html_with_data.hpp>
#include <anechain/report/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace anechain;

namespace {

// --- The protocol's own work -------------------------------------------------------------------------------------------------------

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The host, but an evaluation takes a tenth of a millisecond, most of it asleep, as a program that waits for an engine is. It counts the
/// processor's time that it took itself: what is left of the process's is everybody else's.
class PacedDevice : public HostDevice {
 public:
  static constexpr std::chrono::microseconds pace{100};

  void evaluate(const Request& request) {
    const auto end = std::chrono::steady_clock::now() + pace;
    const double start = processor_seconds();
    HostDevice::evaluate(request);
    std::this_thread::sleep_until(end);
    processor_s += processor_seconds() - start;
    ++evaluations;
  }

  /// The gap before a round is intended, so it counts as nobody's work; moves and hops take their own time.
  ///@{
  void charge_move(const Surface&, const Surface&) const {}
  void charge_step(std::int64_t) const {}
  void charge_hop() const {}
  void idle(std::chrono::nanoseconds duration) const { std::this_thread::sleep_for(duration); }
  ///@}

  double processor_s = 0;
  std::size_t evaluations = 0;
};

void measure_own_work(Results& results) {
  using Ceiling = ThroughputCeiling<Repeat<Conv1x1<64, 32>, 12>, Sequential, RunOnly, ZeroCopy>;
  PacedDevice device;
  const ExperimentOptions options{.protocol = Protocol{}.with_rounds(400)};
  Report report;

  Results::Rows rows{{"own work", "processor time", "share of the run"}};
  std::vector<std::pair<std::string, double>> parts;
  const auto wall_start = std::chrono::steady_clock::now();
  const auto charge = [&](const char* part, auto work) {
    const double inside = device.processor_s;
    const double start = processor_seconds();
    work();
    parts.emplace_back(part, processor_seconds() - start - (device.processor_s - inside));
  };
  charge("setting up, verifying, schedule, samples", [&] { report = Ceiling{"paced"}.run(device, options); });
  Analysis analysis;
  charge("statistics", [&] { analysis = analyse(report); });
  std::ostringstream text;
  report::Document document;
  charge("report: document", [&] { document = report::document(report, analysis); });
  charge("report: console", [&] { report::print(text, document); });
  charge("report: JSON with every sample", [&] { report::json(text, report, document); });
  charge("report: HTML", [&] { report::html(text, report, document); });
  const double wall = std::chrono::duration<double>{std::chrono::steady_clock::now() - wall_start}.count();

  const Measurement& measurement = report.measurements.front();
  for (const MeasuredContender& contender : measurement.contenders) require(contender.ok(), contender.name);
  require(measurement.launches.front().rounds == 400, "not as many rounds as were asked for");
  const double base = analysis.measurements.front().estimates->contenders[1]->pass_us.median;
  require(base >= 12 * 100, "a pass was faster than its evaluations");

  double own = 0;
  for (const auto& [part, seconds] : parts) {
    own += seconds;
    rows.push_back({part, fixed(seconds * 1e3, 1) + " ms", fixed(100 * seconds / wall, 3) + " %"});
  }
  rows.push_back({"all, of " + std::to_string(device.evaluations) + " evaluations in " + fixed(wall, 1) + " s", fixed(own * 1e3, 1) + " ms",
                  fixed(100 * own / wall, 3) + " %"});
  results.table("own_work", rows);
  results.goal("the protocol's own work is under 1 % of a run's time", fixed(100 * own / wall, 2) + " %", own / wall < 0.01);
}

// --- Passes for a precision --------------------------------------------------------------------------------------------------------

using simulation::SimulatedContender;
using simulation::usual_costs;

constexpr double pass_us = 30 + 12 * 180;

double copy_us(double relative) { return relative * pass_us / 11; }

/// Our protocol: palindromes, one log-ratio a round, their median.
double by_palindromes(const simulated::Noise& noise, std::size_t passes, std::uint64_t seed) {
  const Protocol protocol = Protocol{}.with_rounds(passes / 4);
  return copy_us(estimate(simulation::measure(usual_costs, noise, protocol, seed), protocol).contenders[0]->contrast->relative());
}

/// The original's: one strategy after the other, each once and for all, and the means.
double by_blocks(const simulated::Noise& noise, std::size_t passes, std::uint64_t seed) {
  simulated::Timeline time{usual_costs, noise, seed};
  simulation::SimulatedExperiment experiment = simulation::experiment_of(time);
  const Measurement& measurement = experiment.run(program::original_protocol(seed), seed, program::BlockProtocol{passes / 2});
  const program::OriginalEstimate found = program::original_estimate(measurement, 1);
  return copy_us(*found.sequential_ms / *found.run_only_ms - 1);
}

/// Fixed interleaving: the strategies in turns, always in the same order, and the means; what most benchmarks do that interleave.
double by_turns(const simulated::Noise& noise, std::size_t passes, std::uint64_t seed) {
  simulated::Timeline time{usual_costs, noise, seed};
  SimulatedContender copying{time, {}, true};
  SimulatedContender base{time, {}, false};
  std::chrono::nanoseconds with{};
  std::chrono::nanoseconds without{};
  for (std::size_t i = 0; i < passes / 2; ++i) {
    with += copying.time(0, 1).duration;
    without += base.time(0, 1).duration;
  }
  return copy_us(static_cast<double>(with.count()) / static_cast<double>(without.count()) - 1);
}

using Design = double (*)(const simulated::Noise&, std::size_t, std::uint64_t);

struct NamedDesign {
  const char* name;
  Design estimate;
};
constexpr NamedDesign designs[] = {{"ours", by_palindromes}, {"fixed turns", by_turns}, {"blocks", by_blocks}};
constexpr std::size_t sizes[] = {128, 256, 512, 1024, 2048, 4096};
constexpr std::uint64_t experiments = 200;

/// The half-width of the interval that holds the truth in 95 % of the experiments: found from the errors, so it needs no trust in
/// what a design says of itself, and the original's says nothing.
double half_width_us(Design design, const simulated::Noise& noise, std::size_t passes) {
  const double truth = copy_us(simulation::true_relative(usual_costs));
  std::vector<double> errors;
  for (std::uint64_t seed = 1; seed <= experiments; ++seed) errors.push_back(std::abs(design(noise, passes, seed) - truth));
  std::ranges::sort(errors);
  return errors[errors.size() * 95 / 100];
}

/// Error against passes, both axes logarithmic: a design that learns from more passes goes down by half where they are four times as many.
void plot(const std::string& path, const std::vector<std::vector<double>>& widths) {
  constexpr double left = 60, top = 20, width = 500, height = 300;
  constexpr double low = 0.1, high = 100;
  constexpr const char* colours[] = {"#0072b2", "#d55e00", "#666666"};
  const auto x = [](double passes) {
    return left + width * std::log(passes / sizes[0]) / std::log(double{sizes[std::size(sizes) - 1]} / sizes[0]);
  };
  const auto y = [](double us) { return top + height * (1 - std::log(us / low) / std::log(high / low)); };
  std::ofstream svg(path);
  svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 680 380\" font-family=\"sans-serif\" font-size=\"12\">\n"
      << "<rect width=\"680\" height=\"380\" fill=\"white\"/>\n";
  for (const double us : {0.1, 1.0, 10.0, 100.0})
    svg << "<path d=\"M" << left << ' ' << y(us) << " h" << width << "\" stroke=\"#ddd\"/><text x=\"" << left - 6 << "\" y=\"" << y(us) + 4
        << "\" text-anchor=\"end\">" << us << "</text>\n";
  for (const std::size_t passes : sizes)
    svg << "<text x=\"" << x(static_cast<double>(passes)) << "\" y=\"" << top + height + 18 << "\" text-anchor=\"middle\">" << passes
        << "</text>\n";
  svg << "<text x=\"" << left + width / 2 << "\" y=\"" << top + height + 40 << "\" text-anchor=\"middle\">passes</text>\n"
      << "<text x=\"14\" y=\"" << top + height / 2 << "\" text-anchor=\"middle\" transform=\"rotate(-90 14 " << top + height / 2
      << ")\">95 % of errors are within [us a copy]</text>\n";
  for (std::size_t d = 0; d < widths.size(); ++d) {
    svg << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << colours[d] << "\" points=\"";
    for (std::size_t i = 0; i < std::size(sizes); ++i) svg << x(static_cast<double>(sizes[i])) << ',' << y(widths[d][i]) << ' ';
    svg << "\"/><text x=\"" << left + width + 6 << "\" y=\"" << y(widths[d].back()) + 4 << "\" fill=\"" << colours[d] << "\">"
        << designs[d].name << "</text>\n";
  }
  svg << "</svg>\n";
  if (!svg.flush()) throw std::runtime_error("cannot write " + path);
}

void compare_designs(Results& results, const std::string& plot_path) {
  Results::Rows errors{{"noise", "design"}};
  for (const std::size_t passes : sizes) errors[0].push_back(std::to_string(passes) + " passes");
  const double targets[] = {2, 1, 0.5, 0.25};
  Results::Rows needed{{"noise", "design"}};
  for (const double target : targets) needed[0].push_back("+-" + report::digits(target) + " us");
  bool nearest = false;
  for (const std::string_view name : {"clean", "cold start", "linear drift", "period of two passes", "heavy tails", "everything"}) {
    const auto scenario = std::ranges::find(simulation::scenarios(), name, &simulation::Scenario::name);
    require(scenario != simulation::scenarios().end(), "no scenario of this name");
    std::vector<std::vector<double>> all_widths;
    for (const NamedDesign& design : designs) {
      std::vector<std::string> row{std::string{name}, design.name};
      std::vector<std::string> need = row;
      std::vector<double> widths;
      for (const std::size_t passes : sizes) widths.push_back(half_width_us(design.estimate, scenario->noise, passes));
      for (const double width : widths) row.push_back("+-" + fixed(width) + " us");
      for (const double target : targets) {
        const auto reached = std::ranges::find_if(widths, [&](double width) { return width <= target; });
        need.push_back(reached == widths.end() ? "more than " + std::to_string(sizes[std::size(sizes) - 1])
                                               : std::to_string(sizes[static_cast<std::size_t>(reached - widths.begin())]));
      }
      all_widths.push_back(widths);
      errors.push_back(row);
      needed.push_back(need);
    }
    if (name != "everything") continue;
    nearest = all_widths[0].back() <= std::min(all_widths[1].back(), all_widths[2].back());
    if (!plot_path.empty()) plot(plot_path, all_widths);
  }
  results.table("errors", errors);
  results.table("passes_needed", needed);
  results.goal("with every noise at once our protocol is nearer to the truth than blocks and fixed turns, at as many passes",
               nearest ? "it is" : "it is not", nearest);
}

}  // namespace

int main(int argc, char** argv) {
  return run_program([&] {
    Results results;
    measure_own_work(results);
    compare_designs(results, argc > 2 ? argv[2] : "");
    results.write(argc, argv);
  });
}

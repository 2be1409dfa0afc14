// SPDX-License-Identifier: MIT
// What does a link cost, by channels, positions and element type? Chains of every combination are traced at run time and take turns in one
// experiment. The engine is simulated, so what a link costs there is known, and stands beside what was found.
//   sweep [PAGE.html]
#include <anechain/anechain.hpp>
#include <anechain/report/html.hpp>
#include <anechain/views.hpp>

#include <array>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>

using namespace anechain;

namespace {

constexpr std::array<std::int64_t, 3> widths{32, 64, 128};
constexpr std::array<std::int64_t, 3> lengths{32, 64, 128};
constexpr std::array dtypes{mil::fp16, mil::fp32};

mil::TensorType type_of(std::int64_t channels, std::int64_t positions, mil::DType dtype) {
  return mil::tensor(dtype, 1, channels, 1, positions);
}

// "fp16 64x32".
std::string title_of(const mil::TensorType& type) {
  return std::string{mil::facts(type.dtype).name} + " " + std::to_string(type.shape[1]) + "x" + std::to_string(type.shape[3]);
}

// Four convolutions of one size.
flow::Traced chain_of(const mil::TensorType& type) {
  const auto convolution = [channels = type.shape[1]](mil::Body& b, mil::Value x) { return project(b, x, "W", channels); };
  return {title_of(type), [&](flow::Tracer& f) {
            flow::Value x = f.input({"x", type});
            for (int k = 0; k < 4; ++k) x = f.run("convolution", convolution, x);
            return x;
          }};
}

// Contrasts by the name of the chain: none of one that failed.
std::map<std::string, Contrast> contrasts_of(const Measurement& measurement, const Estimates& estimates) {
  std::map<std::string, Contrast> all;
  for (const auto& [contender, estimate] : views::contenders(measurement, estimates))
    if (estimate && estimate->contrast) all.emplace(contender.flow.name, *estimate->contrast);
  return all;
}

report::Table table_of(const std::map<std::string, Contrast>& contrasts, const simulated::Costs& costs) {
  using report::Unit;
  report::Table table{.id = "links",
                      .caption = "what a link costs",
                      .columns = {{"chain", "chain"},
                                  {"found", "found", Unit::microseconds},
                                  {"interval", "interval", Unit::microseconds},
                                  {"true", "in truth", Unit::microseconds}}};
  for (auto [dtype, channels, positions] : views::grid(dtypes, widths, lengths)) {
    const mil::TensorType type = type_of(channels, positions, dtype);
    const double truth = costs.link_us(static_cast<double>(type.packed_bytes()) / 1e6);
    report::Row& row = table.rows.emplace_back(report::Row{{title_of(type), {}, {}, truth}});
    if (const auto found = contrasts.find(title_of(type)); found != contrasts.end()) {
      row.cells[1] = found->second.per_link_us();
      if (const auto interval = found->second.per_link_interval_us()) row.cells[2] = *interval;
    }
  }
  return table;
}

report::HeatMap map_of(const std::map<std::string, Contrast>& contrasts, mil::DType dtype) {
  report::HeatMap map{.title = "what a link costs, " + std::string{mil::facts(dtype).name},
                      .value = "a link [µs]",
                      .across = "positions",
                      .down = "channels"};
  for (const std::int64_t positions : lengths) map.columns.push_back(std::to_string(positions));
  for (const std::int64_t channels : widths) map.rows.push_back(std::to_string(channels));
  for (auto [channels, positions] : views::grid(widths, lengths)) {
    const auto found = contrasts.find(title_of(type_of(channels, positions, dtype)));
    map.numbers.push_back(found == contrasts.end() ? std::nullopt : std::optional{found->second.per_link_us()});
  }
  return map;
}

}  // namespace

int main(int argc, char** argv) {
  // Without any noise every round would give the same numbers, and an interval could not be made of them.
  const simulated::Costs costs{.fixed_us = 30, .dispatch_us = 60, .us_per_gflop = 90, .copy_us = 1.4, .us_per_mb = 12};
  SimulatedDevice device{costs, {.white = 1e-4}, 1};

  Experiment experiment{device};
  for (auto [dtype, channels, positions] : views::grid(dtypes, widths, lengths)) {
    const flow::Traced chain = chain_of(type_of(channels, positions, dtype));
    experiment.add_baseline(chain, run_only).add(chain, sequential);  // of other kernels than the chains before, so a group of their own
  }
  const Report report = experiment.run({.protocol = Protocol::quick()});
  const Analysis analysis = analyse(report);
  const auto contrasts = contrasts_of(report.measurements.front(), *analysis.measurements.front().estimates);

  // The library's document, with a section before its own; of those, which have a table for each group, a terminal does without.
  report::Document document = report::document(report, analysis);
  for (report::Section& section : document.sections) section.is_background = true;
  report::Section sweep{.id = "sweep", .heading = "what a link costs", .tables = {table_of(contrasts, costs)}};
  for (const mil::DType dtype : dtypes) sweep.plots.push_back(map_of(contrasts, dtype));
  document.sections.insert(document.sections.begin(), sweep);
  report::print(std::cout, document);
  if (!report.ok()) return 1;
  if (argc < 2) return 0;
  std::ofstream page{argv[1]};
  report::html(page, document);
  if (page.flush()) return 0;
  std::cerr << "cannot write " << argv[1] << '\n';
  return 1;
}

// SPDX-License-Identifier: MIT
// The length of a chain, the size of a kernel and the data of a copy: costs that are put in come out.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/statistics/linear_model.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "measure/simulated_contender.hpp"

using namespace simulation;

namespace {

constexpr simulated::Costs known{.fixed_us = 30, .dispatch_us = 150, .us_per_gflop = 90.9, .copy_us = 0.8, .us_per_mb = 13.3};

struct Shape {
  std::string_view name;
  double channels;
  double spatial;
};

/// Every shape in every length, without copies, with them, and as one program.
Measurement simulate(const simulated::Costs& costs, const simulated::Noise& noise, std::uint64_t seed, const std::vector<Shape>& shapes,
                     const std::vector<std::size_t>& lengths, std::size_t rounds, bool with_fused = true) {
  simulated::Timeline time{costs, noise, seed};
  SimulatedExperiment experiment{time};
  for (const Shape& shape : shapes)
    for (const std::size_t n : lengths) {
      const double gflop = 2 * shape.channels * shape.channels * shape.spatial / 1e9;
      const double megabytes = 2 * shape.channels * shape.spatial / 1e6;
      const std::string name = std::string{shape.name} + " x" + std::to_string(n);
      const std::size_t base = experiment.contenders.size();
      const Chain12 chain{n, gflop, megabytes};
      MeasuredFlow flow = flow_of(std::string{shape.name}, chain);
      experiment.enter(name + "/run_only", flow, measured_strategy<RunOnly>(), base, chain);
      if (n > 1) experiment.enter(name + "/sequential", flow, measured_strategy<Sequential>(), base, chain);
      if (n > 1 && with_fused) {
        const Chain12 whole{1, static_cast<double>(n) * gflop, megabytes};
        flow.programs = flow_of(name, whole).programs;
        experiment.enter(name + "/fused", flow, measured_strategy<RunOnly>(), base, whole);
      }
    }
  Protocol protocol = Protocol{}.for_sweep(rounds);
  protocol.budget = std::chrono::hours{1000};
  return experiment.run(protocol, seed);
}

const std::vector<Shape> three{{"64x32", 64, 32}, {"256x64", 256, 64}, {"768x256", 768, 256}};
const std::vector<Shape> six{{"64x32", 64, 32},   {"256x64", 256, 64},     {"768x256", 768, 256},
                             {"768x32", 768, 32}, {"128x1024", 128, 1024}, {"512x512", 512, 512}};

const Bounded& term(const Decomposition& decomposition, std::string_view name) {
  const auto found = std::ranges::find_if(decomposition.terms, [&](const FittedTerm& one) { return name_of(one.term) == name; });
  REQUIRE(found != decomposition.terms.end());
  return found->cost;
}

const LengthFit& fit(const Scaling& scaling, const std::string& shape, std::string_view contender) {
  const auto found = std::ranges::find_if(
      scaling.fits, [&](const LengthFit& one) { return one.kernel == shape + " kernel" && one.contender == contender; });
  REQUIRE(found != scaling.fits.end());
  return *found;
}

constexpr double tick = 1e-3;  // microseconds: the clock counts nanoseconds

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t experiments = 10;
#else
constexpr std::uint64_t experiments = 100;
#endif

}  // namespace

TEST_CASE("scaling: without noise every cost comes back") {
  const Scaling found = scale(simulate(known, {}, 1, six, {2, 6, 12}, 16));
  REQUIRE(found.decomposition);
  CHECK(term(*found.decomposition, "fixed").value == doctest::Approx(known.fixed_us).epsilon(tick));
  CHECK(term(*found.decomposition, "dispatch").value == doctest::Approx(known.dispatch_us).epsilon(1e-5));
  CHECK(term(*found.decomposition, "compute").value == doctest::Approx(known.us_per_gflop).epsilon(1e-4));
  CHECK(term(*found.decomposition, "copy").value == doctest::Approx(known.copy_us).epsilon(2e-3));
  CHECK(term(*found.decomposition, "bandwidth").value == doctest::Approx(known.us_per_mb).epsilon(2e-3));
  CHECK(found.decomposition->tflops->value == doctest::Approx(1e3 / 90.9).epsilon(1e-3));
  CHECK(found.decomposition->gb_per_s->value == doctest::Approx(1e3 / 13.3).epsilon(1e-2));
  CHECK(found.decomposition->break_even_gflop->value == doctest::Approx(150 / 90.9).epsilon(1e-3));
  const double kernel = 150 + 90.9 * 2 * 768 * 768 * 256 / 1e9;
  const double copy = 0.8 + 13.3 * 2 * 768 * 256 / 1e6;
  CHECK(fit(found, "768x256", "run_only").slope_us.value == doctest::Approx(kernel).epsilon(1e-5));
  CHECK(fit(found, "768x256", "run_only").fixed_us.value == doctest::Approx(30).epsilon(tick));
  CHECK(fit(found, "768x256", "sequential").slope_us.value == doctest::Approx(kernel + copy).epsilon(1e-5));
  CHECK(fit(found, "768x256", "run_only").linear());
  const auto link = std::ranges::find(found.links, "768x256 kernel", &SlopeDifference::kernel);
  CHECK(link->us.value == doctest::Approx(copy).epsilon(2e-3));
  // The ceiling that is predicted is the pass that was measured.
  const auto implied = std::ranges::find(found.decomposition->implied, "768x256 kernel", &Implied::kernel);
  CHECK(implied->fused_pass_us.value == doctest::Approx(30 + 150 + 12 * (kernel - 150)).epsilon(1e-4));
}

TEST_CASE("scaling: intervals hold the truth as often as they say, with noise of every kind") {
  const simulated::Noise everything{
      .white = 0.052, .cold_start = 0.5, .cold_start_ms = 80, .periodic = 0.12, .wander = 0.04, .wander_ms = 50, .tails = {0.0025, 100}};
  const simulated::Noise quiet{.white = 0.052};
  for (const simulated::Noise& noise : {quiet, everything}) {
    std::size_t slope_covered = 0;
    std::size_t fixed_covered = 0;
    std::size_t dispatch_covered = 0;
    std::size_t bandwidth_covered = 0;
    for (std::uint64_t seed = 1; seed <= experiments; ++seed) {
      const Scaling found = scale(simulate(known, noise, seed, three, {1, 2, 6, 12}, 60), Protocol{}, 200);
      const double copy = 0.8 + 13.3 * 2 * 768 * 256 / 1e6;
      slope_covered += std::ranges::find(found.links, "768x256 kernel", &SlopeDifference::kernel)->us.interval.contains(copy);
      fixed_covered += fit(found, "64x32", "run_only").fixed_us.interval.contains(30);
      REQUIRE(found.decomposition);
      dispatch_covered += term(*found.decomposition, "dispatch").interval.contains(150);
      bandwidth_covered += term(*found.decomposition, "bandwidth").interval.contains(13.3);
    }
    // 93 to 99 % by the page's simulations; a hundred experiments find 95 % within 6.6 of it in 997 of 1000 cases.
    const double least = 0.95 - 3 * std::sqrt(0.95 * 0.05 / static_cast<double>(experiments));
    CAPTURE(noise.cold_start);
    CHECK(static_cast<double>(slope_covered) >= least * static_cast<double>(experiments));
    CHECK(static_cast<double>(fixed_covered) >= least * static_cast<double>(experiments));
    CHECK(static_cast<double>(dispatch_covered) >= least * static_cast<double>(experiments));
    CHECK(static_cast<double>(bandwidth_covered) >= least * static_cast<double>(experiments));
  }
}

TEST_CASE("scaling: a design that cannot tell two costs apart is refused, with their names and what to add") {
  // The original's: one length. A pass's fixed cost and its dispatches always come together.
  const Scaling one_length = scale(simulate(known, {.white = 0.01}, 1, three, {12}, 16, false));
  CHECK_FALSE(one_length.decomposition);
  CHECK(one_length.refusal->terms == std::pair{Term::fixed, Term::dispatch});
  // One size: every kernel computes as much, every copy moves as much.
  const Scaling one_size = scale(simulate(known, {.white = 0.01}, 1, {three[2]}, {2, 12}, 16, false));
  CHECK_FALSE(one_size.decomposition);
  CHECK(one_size.refusal->terms.has_value());
  const Scaling few = scale(simulate(known, {}, 1, three, {2, 12}, 4));
  CHECK_FALSE(few.decomposition);
  CHECK_FALSE(few.refusal->terms.has_value());
  CHECK(few.refusal->rounds == 4);
}

TEST_CASE("scaling: a cost that would come out negative is held at zero, and said so") {
  simulated::Costs costs = known;
  costs.copy_us = 0;
  costs.us_per_mb = 0;
  std::size_t held = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Scaling found = scale(simulate(costs, {.white = 0.03}, seed, three, {2, 12}, 24), Protocol{}, 20);
    REQUIRE(found.decomposition);
    for (const FittedTerm& one : found.decomposition->terms) {
      CHECK(one.cost.value >= 0);
      if (one.held_at_zero) CHECK(one.cost.value == 0);
      held += one.held_at_zero;
    }
  }
  CHECK(held > 0);
}

TEST_CASE("scaling: weights from the observations themselves would bias a fit by the variance") {
  Random random{5};
  double observed_weights = 0;
  double fitted_weights = 0;
  constexpr double sigma = 0.15;
  constexpr int repetitions = 400;
  for (int i = 0; i < repetitions; ++i) {
    statistics::Table design{1, std::vector<double>(40, 1.0)};
    std::vector<double> observed(40);
    std::vector<double> weights(40);
    for (std::size_t k = 0; k < 40; ++k) {
      observed[k] = 100 * (1 + sigma * random.normal());
      weights[k] = 1 / (observed[k] * observed[k]);
    }
    std::vector<std::size_t> bound;
    observed_weights += (*statistics::NormalEquations{design, weights}.solve(observed))[0] / repetitions;
    fitted_weights += (*statistics::fit_relative(design, observed, true, bound))[0] / repetitions;
  }
  CHECK(observed_weights < 100 * (1 - sigma * sigma));
  CHECK(fitted_weights == doctest::Approx(100).epsilon(0.005));
}

TEST_CASE("chain lengths: real kernels on a simulated engine, in every length that was asked for") {
  SimulatedDevice device{known, 1};
  Experiment lengths{device};
  add_chain_lengths(lengths, Repeat<Conv1x1<64, 32>, 6>{}, {6, 1, 3, 3}, run_only, sequential, gcd_serial, fused);
  add_chain_lengths(lengths, Repeat<Conv1x1<32, 20>, 6>{}, {1, 3, 6}, run_only, sequential, gcd_serial, fused);
  const Measurement measurement = lengths.measure({.protocol = Protocol{}.for_sweep(12)});
  CHECK(measurement.contenders.size() == 2 * (4 * 3 - 2));  // sequential and fused begin with two kernels
  CHECK(measurement.baselines().size() == 6);
  for (const MeasuredContender& contender : measurement.contenders) CHECK(contender.failure.value_or("ok") == "ok");
  const Scaling found = scale(measurement);
  REQUIRE(found.decomposition);
  CHECK(term(*found.decomposition, "dispatch").value == doctest::Approx(150).epsilon(1e-4));
  const auto line = std::ranges::find_if(
      found.fits, [](const LengthFit& one) { return one.kernel == kernel_name<Conv1x1<64, 32>> && one.contender == "run_only"; });
  REQUIRE(line != found.fits.end());
  CHECK(line->slope_us.value == doctest::Approx(150 + 90.9 * 2 * 64 * 64 * 32 / 1e9).epsilon(1e-4));

  Experiment wrong{device};
  const auto message_of = [&](const auto& chain, const std::vector<std::size_t>& given) -> std::string {
    try {
      add_chain_lengths(wrong, chain, given, run_only);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(message_of(Repeat<Relu<16, 20>, 3>{}, {4}).ends_with(": a length of 4, of a chain of 3 kernels"));
  CHECK(message_of(Repeat<Relu<16, 20>, 3>{}, {0, 2}).ends_with(": chain lengths are whole numbers from 1 on"));
  CHECK(message_of(Chain<Relu<16, 20>, Conv1x1<16, 20>>{}, {1, 2}).find("kernel 1 (Conv1x1<16, 20") != std::string::npos);
  CHECK(message_of(Repeat<Relu<16, 20>, 3>{}, {2}) == "accepted");
  CHECK(message_of(Repeat<Relu<16, 20>, 3>{}, {2}).starts_with("there is a contender '"));
}

TEST_CASE("scaling: chains of several lengths are fitted in palindromes too, beside what they are compared with") {
  SimulatedDevice device{known, 1};
  Experiment experiment{device};
  add_chain_lengths(experiment, Repeat<Conv1x1<64, 32>, 6>{}, {1, 3, 6}, run_only, sequential);
  const Report report = experiment.run({.protocol = Protocol{}.with_rounds(12)});
  const Analysis analysis = analyse(report);
  REQUIRE(analysis.measurements[0].scaling);
  const Scaling& found = *analysis.measurements[0].scaling;
  REQUIRE(found.links.size() == 1);
  const double copy = 0.8 + 13.3 * 2 * 64 * 32 / 1e6;
  CHECK(found.links[0].us.value == doctest::Approx(copy).epsilon(1e-3));
  const ContenderEstimate& longest = *analysis.measurements[0].estimates->contenders.back();  // six kernels, sequential
  CHECK(longest.contrast->per_link_us() == doctest::Approx(copy).epsilon(1e-3));
}

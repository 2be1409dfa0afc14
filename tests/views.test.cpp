// SPDX-License-Identifier: MIT
// Views of what experiments are made of and give: against loops, on made-up data and on what a simulated engine gives.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/views.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <range/v3/view/enumerate.hpp>
#include <range/v3/view/filter.hpp>

using namespace anechain;

namespace {

/// The launch and the round of each of these samples; their duration is their number.
Measurement measured(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& turns) {
  Measurement measurement;
  for (const auto& [launch, round] : turns)
    measurement.samples.push_back({.duration = std::chrono::nanoseconds{measurement.samples.size()}, .round = round, .launch = launch});
  return measurement;
}

/// The durations of each round's samples.
std::vector<std::vector<std::int64_t>> durations(const Measurement& measurement) {
  std::vector<std::vector<std::int64_t>> all;
  for (const auto& round : views::rounds(measurement)) {
    all.emplace_back();
    for (const Sample& sample : round) all.back().push_back(sample.duration.count());
  }
  return all;
}

MeasuredFlow flow_of(const std::vector<std::string>& names) {
  MeasuredFlow flow{.name = "flow"};
  for (const std::string& name : names) flow.programs.push_back({.name = name});
  return flow;
}

template <class Links>
std::vector<std::string> names_of(Links&& links) {
  std::vector<std::string> all;
  for (const auto& [from, to] : links) all.push_back(std::string{from.name} + ">" + std::string{to.name});
  return all;
}

template <class... Of>
concept HasRounds = requires(Of&&... of) { views::rounds(std::forward<Of>(of)...); };
template <class... Of>
concept HasLinks = requires(Of&&... of) { views::links(std::forward<Of>(of)...); };
template <class... Of>
concept HasContenders = requires(Of&&... of) { views::contenders(std::forward<Of>(of)...); };

static_assert(HasRounds<const Measurement&> && HasRounds<Measurement&> && !HasRounds<Measurement>);
static_assert(HasLinks<const MeasuredFlow&> && HasLinks<std::span<const KernelFacts>> && !HasLinks<MeasuredFlow>);
static_assert(HasContenders<const Measurement&, const Estimates&>);
static_assert(!HasContenders<Measurement, const Estimates&> && !HasContenders<const Measurement&, Estimates> &&
              !HasContenders<Measurement, Estimates>);

}  // namespace

TEST_CASE("views: rounds are the samples of a launch's round, as they come") {
  using All = std::vector<std::vector<std::int64_t>>;
  CHECK(durations(measured({})) == All{});
  CHECK(durations(measured({{0, 0}})) == All{{0}});
  CHECK(durations(measured({{0, 0}, {0, 0}, {0, 1}, {0, 1}, {0, 1}})) == All{{0, 1}, {2, 3, 4}});
  // The same round of two launches, and a round that failed: of it there is nothing.
  CHECK(durations(measured({{0, 0}, {0, 2}, {1, 2}, {1, 2}, {1, 3}})) == All{{0}, {1}, {2, 3}, {4}});

  const Measurement measurement = measured({{0, 0}, {0, 0}, {0, 1}});
  for (const auto& round : views::rounds(measurement)) {
    static_assert(std::is_same_v<decltype(*round.begin()), const Sample&>);
    CHECK(&*round.begin() >= measurement.samples.data());  // no copies
    CHECK(&*round.begin() < measurement.samples.data() + measurement.samples.size());
  }
}

TEST_CASE("views: rounds of an experiment in which an evaluation failed") {
  using Net = Repeat<Conv1x1<16, 20>, 3>;
  simulated::Noise noise;
  noise.failing_evaluations = {60};
  SimulatedDevice device{{.dispatch_us = 100, .copy_us = 2}, noise, 1};
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential)};
  const Measurement measurement = experiment.measure({.protocol = Protocol{}.with_rounds(12)});
  REQUIRE(measurement.failures.size() == 1);

  std::size_t samples = 0;
  std::vector<std::uint32_t> numbers;
  for (const auto& round : views::rounds(measurement)) {
    numbers.push_back(round.begin()->round);
    for (std::uint32_t slot = 0; const Sample& sample : round) {
      CHECK(sample.round == numbers.back());
      CHECK(sample.slot == slot++);
      ++samples;
    }
  }
  CHECK(samples == measurement.samples.size());
  std::vector<std::uint32_t> expected;
  for (std::uint32_t round = 0; round < measurement.rounds(); ++round)
    if (round != measurement.failures.front().round) expected.push_back(round);
  CHECK(numbers == expected);
}

TEST_CASE("views: links are the neighbours of a flow") {
  using Names = std::vector<std::string>;
  CHECK(names_of(views::links(std::span<const MeasuredKernel>{})) == Names{});
  for (const Names& names : {Names{}, Names{"a"}, Names{"a", "b"}, Names{"a", "b", "c", "d"}}) {
    const MeasuredFlow flow = flow_of(names);
    Names expected;
    for (std::size_t k = 1; k < names.size(); ++k) expected.push_back(names[k - 1] + ">" + names[k]);
    CHECK(names_of(views::links(flow)) == expected);
    CHECK(names_of(views::links(std::span{flow.programs})) == expected);
    CHECK(expected.size() == flow.links());
  }

  const MeasuredFlow flow = flow_of({"a", "b", "c"});
  for (std::size_t at = 0; const auto& [from, to] : views::links(flow)) {
    CHECK(&from == &flow.programs[at]);
    CHECK(&to == &flow.programs[++at]);
  }

  // What all links carry is what the flow says that they do.
  const flow::Traced chain{"", [](flow::Tracer& f) {
                             flow::Value x = f.input({"x", mil::tensor(mil::fp16, 1, 8, 1, 20)});
                             for (const char* name : {"first", "second", "third"})
                               x = f.run(name, [](mil::Body& b, mil::Value v) { return b.relu(v); }, x);
                             return x;
                           }};
  CHECK(names_of(views::links(chain.kernels())) == Names{"first>second", "second>third"});
  for (const auto& [from, to] : views::links(chain.kernels())) CHECK(from.outputs[0].type == to.inputs[0].type);
}

TEST_CASE("views: a grid has every combination, the last range changing fastest") {
  const std::vector<std::int64_t> widths{64, 128, 256};
  const std::array lengths{32, 48};
  using Pairs = std::vector<std::pair<std::int64_t, int>>;
  Pairs pairs;
  for (auto [channels, positions] : views::grid(widths, lengths)) pairs.emplace_back(channels, positions);
  CHECK(pairs == Pairs{{64, 32}, {64, 48}, {128, 32}, {128, 48}, {256, 32}, {256, 48}});

  // Temporaries are kept; so are views of the standard library.
  Pairs kept;
  const auto grid = views::grid(std::vector<std::int64_t>{64, 128, 256}, std::array{32, 48});
  for (const auto& [channels, positions] : grid) kept.emplace_back(channels, positions);
  CHECK(kept == pairs);
  CHECK(grid.size() == 6);
  std::vector<int> sums;
  const auto ten_times = [](int i) { return 10 * i; };
  for (auto [tens, ones] : views::grid(std::views::iota(1, 3) | std::views::transform(ten_times), std::views::iota(1, 3)))
    sums.push_back(tens + ones);
  CHECK(sums == std::vector<int>{11, 12, 21, 22});

  // Three of different types, with a lambda that captures what is bound.
  std::vector<std::string> all;
  for (auto [name, dtype, flag] : views::grid(std::vector<std::string>{"a", "b"}, std::array{mil::fp16, mil::fp32}, std::array{true})) {
    const auto text = [&] { return name + (dtype == mil::fp16 ? "16" : "32"); };
    if (flag) all.push_back(text());
  }
  CHECK(all == std::vector<std::string>{"a16", "a32", "b16", "b32"});

  // One range, and none of anything.
  std::size_t count = 0;
  for (auto [width] : views::grid(widths)) count += width > 64;
  CHECK(count == 2);
  const std::vector<int> empty;
  for (auto [a, b] : views::grid(widths, empty)) FAIL(a, " ", b);
  for (auto [a, b] : views::grid(empty, widths)) FAIL(a, " ", b);
  for (auto [a, b] : views::grid(empty, empty)) FAIL(a, " ", b);
  CHECK(views::grid(widths, empty).size() == 0);

  // It points at what stays.
  std::vector<int> counters(2);
  for (auto [counter, times] : views::grid(counters, lengths)) counter += times;
  CHECK(counters == std::vector<int>{80, 80});

  // And is a view like any other.
  std::vector<std::size_t> places;
  for (const auto& [at, pair] : views::grid(widths, lengths) | ::ranges::views::enumerate)
    if (std::get<1>(pair) == 48) places.push_back(at);
  CHECK(places == std::vector<std::size_t>{1, 3, 5});
}

TEST_CASE("views: contenders with their estimates, none for one that failed") {
  using Net = Repeat<Conv1x1<16, 20>, 3>;
  SimulatedDevice device{{.dispatch_us = 100, .copy_us = 2}};
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), contender<Net::Fused, "one">(run_only)};
  Measurement measurement = experiment.measure({.protocol = Protocol{}.with_rounds(8)});
  Estimates estimates = estimate(measurement);
  std::vector<std::string> names;
  std::vector<double> medians;
  for (const auto& [contender, estimate] : views::contenders(measurement, estimates)) {
    static_assert(std::is_same_v<decltype(estimate), const std::optional<ContenderEstimate>&>);
    names.push_back(contender.name);
    medians.push_back(estimate->pass_us.median);
  }
  CHECK(names == experiment.names());
  CHECK(medians == std::vector<double>{300, 304, 100});

  estimates.contenders[1].reset();
  std::size_t without = 0;
  for (const auto& [contender, estimate] : views::contenders(measurement, estimates)) without += !estimate;
  CHECK(without == 1);
  auto found = views::contenders(measurement, estimates) | ::ranges::views::filter([](const auto& pair) { return !pair.second; });
  CHECK((*found.begin()).first.name == names[1]);

  estimates.contenders.pop_back();
  CHECK_THROWS_WITH_AS((void)views::contenders(measurement, estimates),
                       "estimates of 2 contenders, in a measurement of 3: estimate this measurement", std::invalid_argument);
  measurement.contenders.clear();
  estimates.contenders.clear();
  CHECK(views::contenders(measurement, estimates).empty());
}

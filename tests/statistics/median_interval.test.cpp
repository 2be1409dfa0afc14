// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/warm_up.hpp>
#include <anechain/support/random.hpp>

#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

using namespace anechain;
using namespace anechain::statistics;

namespace {

std::vector<double> autoregressive(double phi, std::size_t count, std::uint64_t seed) {
  Random random{seed};
  std::vector<double> series(count);
  double state = random.normal() / std::sqrt(1 - phi * phi);
  for (double& value : series) value = state = phi * state + random.normal();
  return series;
}

}  // namespace

TEST_CASE("quantiles of the normal and of Student's distribution are those of the tables") {
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-12));
  CHECK(normal_quantile(0.5) == doctest::Approx(0));
  CHECK(student_quantile(0.975, 1) == doctest::Approx(12.7062047362).epsilon(1e-9));
  CHECK(student_quantile(0.975, 4) == doctest::Approx(2.7764451052).epsilon(1e-9));
  CHECK(student_quantile(0.975, 30) == doctest::Approx(2.0422724563).epsilon(1e-9));
  CHECK(student_quantile(0.025, 9) == doctest::Approx(-2.2621571628).epsilon(1e-9));
  CHECK(student_quantile(0.975, 1e6) == doctest::Approx(1.959966).epsilon(1e-5));
  CHECK(student_cdf(1, 2.5) == doctest::Approx(1 - student_cdf(-1, 2.5)));
}

TEST_CASE("coins: exact binomial probabilities") {
  CHECK(coin_probability(5, 0) == doctest::Approx(1.0 / 32));
  CHECK(coin_probability(10, 2) == doctest::Approx(45.0 / 1024));
  CHECK(coin_probability(20, 5) == doctest::Approx(15504.0 / 1048576));
  CHECK(coin_probability(5, 6) == 0);
  double sum = 0;
  for (std::size_t k = 0; k <= 4000; ++k) sum += coin_probability(4000, k);
  CHECK(sum == doctest::Approx(1));
}

TEST_CASE("the interval lies between the order statistics of the published tables") {
  // Two-sided 95 % sign intervals: (n, d) means from the d-th smallest to the d-th largest (Conover, table A3).
  for (const auto& [n, d] :
       {std::pair<std::size_t, std::size_t>{6, 1}, {8, 1}, {9, 2}, {12, 3}, {15, 4}, {20, 6}, {25, 8}, {50, 18}, {100, 40}}) {
    std::vector<double> samples(n);
    std::iota(samples.begin(), samples.end(), 1.0);
    const auto interval = median_interval(samples, 0.95);
    REQUIRE(interval);
    CAPTURE(n);
    // Interpolated between that interval, which covers at least 95 %, and the next one in, which covers less.
    CHECK(interval->low >= static_cast<double>(d));
    CHECK(interval->low < static_cast<double>(d + 1));
    CHECK(interval->low + interval->high == doctest::Approx(static_cast<double>(n + 1)));
  }
}

TEST_CASE("the interpolation is Hettmansperger and Sheather's, worked by hand for eight samples") {
  // n = 8: coverage of d = 1 is 1 - 2/256, of d = 2 it is 1 - 18/256.
  const double share = (254.0 / 256 - 0.95) / (16.0 / 256);
  const double lambda = 7 * share / (1 + 6 * share);
  const auto interval = median_interval(std::vector<double>{10, 20, 30, 40, 50, 60, 70, 80}, 0.95);
  CHECK(interval->low == doctest::Approx(10 + 10 * lambda));
  CHECK(interval->high == doctest::Approx(80 - 10 * lambda));
}

TEST_CASE("too few samples have no interval, equal ones a point") {
  CHECK_FALSE(median_interval(std::vector<double>{}, 0.95));
  CHECK_FALSE(median_interval(std::vector<double>{1, 2, 3, 4, 5}, 0.95));
  CHECK(median_interval(std::vector<double>{1, 2, 3, 4, 5, 6}, 0.95));
  const auto estimate = estimate_median(std::vector<double>(20, 7.0), 0.95);
  REQUIRE(estimate.interval);
  CHECK(estimate.interval->low == 7);
  CHECK(estimate.interval->high == 7);
  CHECK(estimate.ties == 19);
}

TEST_CASE("independent normal samples: nominal coverage, and about 5 % of intervals miss") {
  Random random{21};
  constexpr int experiments = 2000;
  for (const std::size_t n : {9u, 24u, 96u}) {
    int covered = 0;
    for (int i = 0; i < experiments; ++i) {
      std::vector<double> samples(n);
      for (double& sample : samples) sample = random.normal();
      covered += estimate_median(samples, 0.95).interval->contains(0);
    }
    CAPTURE(n);
    // Standard error of the share over 2000: 0.5 %.
    CHECK(covered >= experiments * 0.93);
    CHECK(covered <= experiments * 0.975);
  }
}

TEST_CASE("the autocorrelation time of a sign series is what the correlation of its normal series makes it") {
  for (const double phi : {0.0, 0.5, 0.9}) {
    // Signs of correlated normals: correlation (2 / pi) asin(phi^k) (Sheppard, 1899).
    double expected = 1;
    for (int k = 1; k < 2000; ++k) expected += 2 * (2 / std::numbers::pi) * std::asin(std::pow(phi, k));
    double mean = 0;
    constexpr int series = 20;
    for (std::uint64_t seed = 1; seed <= series; ++seed)
      mean += autocorrelation_time(signs_about_median(autoregressive(phi, 4000, seed))) / series;
    CAPTURE(phi);
    CHECK(mean == doctest::Approx(expected).epsilon(0.15));
  }
}

TEST_CASE("dependence is found where it is, and widens the interval") {
  int false_alarms = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) false_alarms += dependence(autoregressive(0, 96, seed)).tau > 1;
  CHECK(false_alarms < 400 * 0.16);  // nominal 10 %, standard error 1.5 %
  CHECK(dependence(autoregressive(0.9, 400, 1)).tau > 3);

  int covered = 0;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) covered += estimate_median(autoregressive(0.9, 400, seed), 0.95).interval->contains(0);
  CHECK(covered >= 500 * 0.88);
}

TEST_CASE("adding a constant moves, scaling scales, reversing mirrors") {
  const std::vector<double> samples = autoregressive(0.4, 60, 3);
  const auto plain = estimate_median(samples, 0.95);
  std::vector<double> moved = samples;
  std::vector<double> scaled = samples;
  std::vector<double> mirrored = samples;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    moved[i] += 1000;
    scaled[i] *= 1e6;
    mirrored[i] *= -1;
  }
  CHECK(estimate_median(moved, 0.95).interval->low == doctest::Approx(plain.interval->low + 1000));
  CHECK(estimate_median(scaled, 0.95).interval->high == doctest::Approx(1e6 * plain.interval->high));
  CHECK(estimate_median(mirrored, 0.95).interval->low == doctest::Approx(-plain.interval->high));
  CHECK(estimate_median(scaled, 0.95).minimum_detectable() == doctest::Approx(1e6 * plain.minimum_detectable()));
}

TEST_CASE("the minimum detectable effect is found in 75 to 85 of 100 measurements") {
  Random random{33};
  const double effect = [&] {
    std::vector<double> pilot(4000);
    for (double& sample : pilot) sample = random.normal();
    const Location estimate = estimate_median(pilot, 0.95);
    return estimate.minimum_detectable() * std::sqrt(4000.0 / 96);
  }();
  int found = 0;
  for (int i = 0; i < 1000; ++i) {
    std::vector<double> samples(96);
    for (double& sample : samples) sample = effect + random.normal();
    found += !estimate_median(samples, 0.95).interval->contains(0);
  }
  CHECK(found >= 750);
  CHECK(found <= 850);
}

TEST_CASE("a cold start is cut, a steady series hardly, a ramp is never steady") {
  for (const double tau : {20.0, 60.0}) {
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Random random{seed};
      std::vector<double> series(2000);
      for (std::size_t i = 0; i < series.size(); ++i)
        series[i] = 100 * (1 + 0.5 * std::exp(-static_cast<double>(i) / tau)) * (1 + 0.015 * random.normal());
      const WarmUp found = warm_up(series);
      CHECK(found.steady);
      mean += static_cast<double>(found.cut) / 20;
    }
    CAPTURE(tau);
    // What MSER itself cuts leaves between a twentieth and a two-hundredth of the start; half as much again is cut.
    CHECK(mean / 1.5 >= tau * std::log(20.0));
    CHECK(mean / 1.5 <= tau * std::log(200.0));
  }
  double mean = 0;
  int steady = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const WarmUp found = warm_up(autoregressive(0, 400, seed));
    mean += static_cast<double>(found.cut) / 100;
    steady += found.steady;
  }
  CHECK(mean < 15);
  CHECK(steady >= 90);
  std::vector<double> ramp(400);
  std::iota(ramp.begin(), ramp.end(), 0.0);
  CHECK_FALSE(warm_up(ramp).steady);
}

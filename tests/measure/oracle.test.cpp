// SPDX-License-Identifier: MIT
// Statistics against a second implementation, written from the definitions by someone who had not seen this one.
#include <doctest/doctest.h>

#include <anechain/statistics/bootstrap.hpp>
#include <anechain/statistics/linear_model.hpp>
#include <anechain/statistics/median_interval.hpp>
#include <anechain/statistics/median_polish.hpp>
#include <anechain/statistics/trimmed_mean.hpp>
#include <anechain/statistics/two_samples.hpp>
#include <anechain/statistics/warm_up.hpp>
#include <anechain/support/random.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

#include "measure/oracle.hpp"

using namespace anechain;
using namespace anechain::statistics;
using doctest::Approx;

namespace {

/// Correlated numbers with a few far away.
std::vector<double> awkward(std::size_t count, double phi, std::uint64_t seed) {
  Random random{seed};
  std::vector<double> series(count);
  double state = 0;
  for (double& value : series) {
    state = phi * state + random.normal();
    value = state + (random.uniform() < 0.05 ? 20 * random.uniform() : 0);
  }
  return series;
}

struct Problem {
  Table design;
  std::vector<std::vector<double>> rows;
  std::vector<double> observed;
  std::vector<double> weights;
};

Problem problem(std::size_t observations, std::size_t terms, std::uint64_t seed) {
  Random random{seed};
  Problem made{{terms, {}}, {}, {}, {}};
  std::vector<double> truth(terms);
  for (double& coefficient : truth) coefficient = random.uniform(-1, 3);
  for (std::size_t i = 0; i < observations; ++i) {
    std::vector<double>& row = made.rows.emplace_back();
    double sum = 0;
    for (std::size_t term = 0; term < terms; ++term) {
      row.push_back(term == 0 ? 1 : random.uniform(0, std::pow(10.0, static_cast<double>(term))));
      sum += row.back() * truth[term];
    }
    made.design.cells.insert(made.design.cells.end(), row.begin(), row.end());
    made.observed.push_back(sum + 0.1 * random.normal());
    made.weights.push_back(random.uniform(0.1, 2));
  }
  return made;
}

}  // namespace

TEST_CASE("oracle: the median's interval, with and without dependence") {
  for (const std::size_t n : {5u, 6u, 7u, 8u, 20u, 96u, 401u})
    for (const double confidence : {0.95, 0.99, 0.9875})
      for (const double tau : {1.0, 2.5, 7.0}) {
        const std::vector<double> samples = sorted(awkward(n, 0.3, n));
        const auto mine = median_interval(samples, confidence, tau);
        const auto its = oracle::hettmansperger_sheather(samples, confidence, tau);
        CAPTURE(n);
        CAPTURE(confidence);
        CAPTURE(tau);
        REQUIRE(mine.has_value() == its.has_value());
        if (!mine) continue;
        CHECK(mine->low == Approx(its->first).epsilon(1e-9));
        CHECK(mine->high == Approx(its->second).epsilon(1e-9));
      }
}

TEST_CASE("oracle: dependence") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::vector<double> series = awkward(40 + 30 * seed, 0.08 * static_cast<double>(seed), seed);
    CHECK(ljung_box(series, 5) == Approx(oracle::ljung_box(series, 5)).epsilon(1e-9));
    CHECK(autocorrelation_time(series) == Approx(oracle::geyer_tau(series)).epsilon(1e-9));
    CHECK(median(series) == Approx(oracle::median(series)));
    CHECK(estimate_median(series, 0.95).sigma == Approx(oracle::mad_sigma(series)).epsilon(1e-3));
  }
}

TEST_CASE("oracle: trimmed means") {
  for (const std::size_t n : {10u, 37u, 200u})
    for (const double share : {0.0, 0.2}) {
      const std::vector<double> samples = awkward(n, 0, n + 1);
      const Location mine = estimate_trimmed_mean(samples, share, 0.95);
      const oracle::Trimmed its = oracle::yuen(samples, share, 0.95, mine.dependence.tau);
      CHECK(mine.value == Approx(its.mean).epsilon(1e-9));
      CHECK(mine.standard_error == Approx(its.standard_error).epsilon(1e-9));
      CHECK(mine.interval->low == Approx(its.low).epsilon(1e-8));
      CHECK(mine.interval->high == Approx(its.high).epsilon(1e-8));
    }
}

TEST_CASE("oracle: median polish") {
  Random random{4};
  for (const std::size_t rows : {3u, 24u, 61u})
    for (const std::size_t columns : {1u, 5u, 12u}) {
      Table table{columns, {}};
      for (std::size_t i = 0; i < rows * columns; ++i) table.cells.push_back(random.uniform(0, 10) + static_cast<double>(i % columns));
      const Polished mine = median_polish(table);
      const oracle::Polish its = oracle::median_polish(rows, columns, table.cells);
      for (std::size_t i = 0; i < columns; ++i) CHECK(mine.columns[i] == Approx(its.column_levels[i]).epsilon(1e-9));
      for (std::size_t i = 0; i < rows; ++i) CHECK(mine.rows[i] == Approx(its.row_states[i]).epsilon(1e-9));
    }
}

TEST_CASE("oracle: least squares, with and without negative coefficients, and how well terms are told apart") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Problem made = problem(12 + seed, 2 + seed % 4, seed);
    const NormalEquations equations{made.design, made.weights};
    const auto mine = equations.solve(made.observed);
    const std::vector<double> its = oracle::weighted_least_squares(made.rows, made.observed, made.weights);
    REQUIRE(mine);
    for (std::size_t term = 0; term < its.size(); ++term) CHECK((*mine)[term] == Approx(its[term]).epsilon(1e-6));

    std::vector<std::size_t> bound;
    const auto bounded = equations.solve_without_negatives(made.observed, bound);
    const std::vector<double> its_bounded = oracle::nonnegative_least_squares(made.rows, made.observed, made.weights);
    REQUIRE(bounded);
    for (std::size_t term = 0; term < its.size(); ++term) CHECK((*bounded)[term] == Approx(its_bounded[term]).epsilon(1e-6));
    for (const std::size_t term : bound) CHECK((*bounded)[term] == 0);

    CHECK(equations.conditioning().number == Approx(oracle::condition_of_scaled_normal_matrix(made.rows, made.weights)).epsilon(1e-6));
  }
}

TEST_CASE("oracle: fits whose errors are shares") {
  Random random{8};
  for (int repetition = 0; repetition < 10; ++repetition) {
    Problem made = problem(15, 3, 100 + static_cast<std::uint64_t>(repetition));
    for (std::size_t i = 0; i < made.observed.size(); ++i)
      made.observed[i] = (50 + made.rows[i][1] + 0.1 * made.rows[i][2]) * (1 + 0.02 * random.normal());
    std::vector<std::size_t> bound;
    const auto mine = fit_relative(made.design, made.observed, true, bound);
    const std::vector<double> its = oracle::relative_fit(made.rows, made.observed);
    for (std::size_t term = 0; term < its.size(); ++term) CHECK((*mine)[term] == Approx(its[term]).epsilon(1e-6));
  }
}

TEST_CASE("oracle: where a series becomes steady") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    std::vector<double> series = awkward(100 + 17 * seed, 0.2, seed);
    for (std::size_t i = 0; i < series.size(); ++i) series[i] += 30 * std::exp(-static_cast<double>(i) / (3.0 * static_cast<double>(seed)));
    const WarmUp mine = warm_up(series);
    const std::size_t its = oracle::mser5(series);
    CHECK(mine.cut == its * 5 * 3 / 2);
    CHECK(mine.steady == (its < series.size() / 5 / 2));
  }
}

TEST_CASE("oracle: two samples, and many comparisons") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const std::vector<double> a = awkward(3 + seed, 0, seed);
    const std::vector<double> b = awkward(5 + 2 * seed, 0, 50 + seed);
    CHECK(welch(a, b)->interval(0.95).half_width() == Approx(oracle::welch_t_interval_half_width(a, b, 0.95)).epsilon(1e-6));
    Random random{seed};
    std::vector<double> p_values(seed);
    for (double& p : p_values) p = random.uniform() * random.uniform();
    const std::vector<double> mine = holm(p_values);
    const auto its = oracle::holm(p_values).second;
    for (std::size_t i = 0; i < p_values.size(); ++i) CHECK(mine[i] == Approx(its[i]));
  }
}

TEST_CASE("rows are drawn in blocks of neighbours, as many as there were") {
  Table table{2, {}};
  for (int row = 0; row < 21; ++row) table.cells.insert(table.cells.end(), {static_cast<double>(row), -static_cast<double>(row)});
  Random random{3};
  std::vector<std::size_t> drawn_at(21);
  for (int repetition = 0; repetition < 500; ++repetition) {
    const Table drawn = resampled_rows(table, 4, random);
    REQUIRE(drawn.rows() == 21);
    for (std::size_t row = 0; row < 21; ++row) {
      CHECK(drawn.at(row, 1) == -drawn.at(row, 0));
      if (row % 4 != 0) CHECK(drawn.at(row, 0) == drawn.at(row - 1, 0) + 1);
      ++drawn_at[static_cast<std::size_t>(drawn.at(row, 0))];
    }
  }
  for (const std::size_t count : drawn_at) CHECK(count > 50);
  CHECK(resampled_rows(Table{2, {1, 2}}, 4, random).cells == std::vector<double>{1, 2});
}

// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_polish.hpp>

/// Weighted least squares with a handful of terms.
namespace anechain::statistics {

/// How well a design tells its terms apart.
struct Conditioning {
  double number = 1;                           ///< of the normal matrix with columns scaled to length 1
  std::pair<std::size_t, std::size_t> pair{};  ///< the two terms that are hardest to tell apart
};

/// The normal equations of a weighted least-squares problem: a row of `design` for each observation, its columns the terms.
/// Columns are scaled to length 1, so that units do not matter.
class NormalEquations {
 public:
  /// One weight for each observation. Keeps design and weights, which must outlive it.
  NormalEquations(const Table& design, std::span<const double> weights);

  /// The number is infinite where terms cannot be told apart at all. Needs one term at least.
  Conditioning conditioning() const;

  /// The coefficients that fit best; none where terms cannot be told apart.
  std::optional<std::vector<double>> solve(std::span<const double> observed) const;

  /// The same with no coefficient below zero: exactly, by trying which terms are zero. `bound` tells those.
  std::optional<std::vector<double>> solve_without_negatives(std::span<const double> observed, std::vector<std::size_t>& bound) const;

 private:
  std::optional<std::vector<double>> solve_with(std::span<const double> observed, const std::vector<std::size_t>& kept) const;

  const Table& design_;
  std::span<const double> weights_;
  std::vector<double> scale_;
  std::vector<std::vector<double>> matrix_;
};

/// Above this a design is singular for all purposes: the data decide between its terms by rounding.
inline constexpr double worst_condition = 1e8;

/// The coefficients of a model whose errors are a share of what is observed: weights 1 / fitted^2, from a first fit.
/// Weights from the observations themselves would bias it, since a time that is short by chance would weigh more.
/// None where the terms cannot be told apart. `bound` tells which terms were held at zero, where negatives are not allowed.
std::optional<std::vector<double>> fit_relative(const Table& design, std::span<const double> observed, bool allow_negatives,
                                                std::vector<std::size_t>& bound);

}  // namespace anechain::statistics

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/statistics/linear_model.ipp>
#endif

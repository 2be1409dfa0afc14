// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <anechain/statistics/linear_model.hpp>
#include <anechain/statistics/median_polish.hpp>

namespace anechain::statistics::detail {

/// Eigenvalues, ascending, and eigenvectors, as rows, of a small symmetric matrix, by Jacobi's rotations.
struct Eigensystem {
  std::vector<double> values;
  std::vector<std::vector<double>> vectors;
};

inline Eigensystem eigensystem(std::vector<std::vector<double>> matrix) {
  const std::size_t n = matrix.size();
  std::vector<std::vector<double>> vectors(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) vectors[i][i] = 1;
  for (int sweep = 0; sweep < 60; ++sweep) {
    double off = 0;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        off = std::max(off, std::abs(matrix[p][q]));
        if (matrix[p][q] == 0) continue;
        const double theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
        const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1);
        const double s = t * c;
        for (std::size_t k = 0; k < n; ++k) {
          const double kp = matrix[k][p];
          const double kq = matrix[k][q];
          matrix[k][p] = c * kp - s * kq;
          matrix[k][q] = s * kp + c * kq;
        }
        for (std::size_t k = 0; k < n; ++k) {
          const double pk = matrix[p][k];
          const double qk = matrix[q][k];
          matrix[p][k] = c * pk - s * qk;
          matrix[q][k] = s * pk + c * qk;
          const double vp = vectors[p][k];
          vectors[p][k] = c * vp - s * vectors[q][k];
          vectors[q][k] = s * vp + c * vectors[q][k];
        }
      }
    if (off < 1e-15) break;
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return matrix[i][i]; });
  Eigensystem system;
  for (const std::size_t i : order) {
    system.values.push_back(matrix[i][i]);
    system.vectors.push_back(vectors[i]);
  }
  return system;
}

/// The solution of a positive definite system (Cholesky); none where it is not positive definite.
inline std::optional<std::vector<double>> solve(std::vector<std::vector<double>> matrix, std::vector<double> right) {
  const std::size_t n = right.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= matrix[i][k] * matrix[j][k];
      if (i != j) {
        matrix[i][j] = sum / matrix[j][j];
      } else {
        if (!(sum > 0)) return std::nullopt;
        matrix[i][i] = std::sqrt(sum);
      }
    }
    for (std::size_t k = 0; k < i; ++k) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) right[i] -= matrix[k][i] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}

}  // namespace anechain::statistics::detail

namespace anechain::statistics {

ANECHAIN_INLINE NormalEquations::NormalEquations(const Table& design, std::span<const double> weights)
    : design_(design), weights_(weights), scale_(design.columns), matrix_(design.columns, std::vector<double>(design.columns)) {
  const std::size_t terms = design.columns;
  for (std::size_t i = 0; i < design.rows(); ++i)
    for (std::size_t p = 0; p < terms; ++p)
      for (std::size_t q = 0; q < terms; ++q) matrix_[p][q] += weights[i] * design.at(i, p) * design.at(i, q);
  for (std::size_t p = 0; p < terms; ++p) scale_[p] = matrix_[p][p] > 0 ? std::sqrt(matrix_[p][p]) : 1;
  for (std::size_t p = 0; p < terms; ++p)
    for (std::size_t q = 0; q < terms; ++q) matrix_[p][q] /= scale_[p] * scale_[q];
}

ANECHAIN_INLINE Conditioning NormalEquations::conditioning() const {
  const detail::Eigensystem system = detail::eigensystem(matrix_);
  Conditioning conditioning;
  const double least = system.values.front();
  conditioning.number = least > 0 ? system.values.back() / least : std::numeric_limits<double>::infinity();
  // The direction that the data say least about: its two largest parts are the terms that stand for each other.
  std::vector<std::size_t> order(scale_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t i) { return std::abs(system.vectors.front()[i]); });
  conditioning.pair = {order[0], order.size() > 1 ? order[1] : order[0]};
  if (conditioning.pair.first > conditioning.pair.second) std::swap(conditioning.pair.first, conditioning.pair.second);
  return conditioning;
}

ANECHAIN_INLINE std::optional<std::vector<double>> NormalEquations::solve(std::span<const double> observed) const {
  std::vector<std::size_t> all(scale_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return solve_with(observed, all);
}

ANECHAIN_INLINE std::optional<std::vector<double>> NormalEquations::solve_without_negatives(std::span<const double> observed,
                                                                                            std::vector<std::size_t>& bound) const {
  bound.clear();
  std::optional<std::vector<double>> best = solve(observed);
  if (!best || std::ranges::none_of(*best, [](double coefficient) { return coefficient < 0; })) return best;
  best.reset();
  double least = std::numeric_limits<double>::infinity();
  const std::size_t terms = scale_.size();
  for (std::size_t mask = 0; mask + 1 < std::size_t{1} << terms; ++mask) {
    std::vector<std::size_t> kept;
    std::vector<std::size_t> zero;
    for (std::size_t p = 0; p < terms; ++p) ((mask >> p & 1) != 0 ? kept : zero).push_back(p);
    const auto tried = solve_with(observed, kept);
    if (!tried || std::ranges::any_of(*tried, [](double coefficient) { return coefficient < 0; })) continue;
    double residuals = 0;
    for (std::size_t i = 0; i < design_.rows(); ++i) {
      double residual = observed[i];
      for (std::size_t p = 0; p < terms; ++p) residual -= design_.at(i, p) * (*tried)[p];
      residuals += weights_[i] * residual * residual;
    }
    if (residuals < least) {
      least = residuals;
      best = tried;
      bound = zero;
    }
  }
  return best;
}

ANECHAIN_INLINE std::optional<std::vector<double>> NormalEquations::solve_with(std::span<const double> observed,
                                                                               const std::vector<std::size_t>& kept) const {
  std::vector<std::vector<double>> matrix(kept.size(), std::vector<double>(kept.size()));
  std::vector<double> right(kept.size());
  for (std::size_t p = 0; p < kept.size(); ++p) {
    for (std::size_t q = 0; q < kept.size(); ++q) matrix[p][q] = matrix_[kept[p]][kept[q]];
    for (std::size_t i = 0; i < design_.rows(); ++i) right[p] += weights_[i] * design_.at(i, kept[p]) * observed[i];
    right[p] /= scale_[kept[p]];
  }
  const auto solved = detail::solve(std::move(matrix), std::move(right));
  if (!solved) return std::nullopt;
  std::vector<double> coefficients(scale_.size());
  for (std::size_t p = 0; p < kept.size(); ++p) coefficients[kept[p]] = (*solved)[p] / scale_[kept[p]];
  return coefficients;
}

ANECHAIN_INLINE std::optional<std::vector<double>> fit_relative(const Table& design, std::span<const double> observed, bool allow_negatives,
                                                                std::vector<std::size_t>& bound) {
  std::vector<double> weights(observed.size());
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1 / (observed[i] * observed[i]);
  std::optional<std::vector<double>> coefficients;
  for (int pass = 0; pass < 2; ++pass) {
    const NormalEquations equations{design, weights};
    coefficients = allow_negatives ? equations.solve(observed) : equations.solve_without_negatives(observed, bound);
    if (!coefficients) return std::nullopt;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      double fitted = 0;
      for (std::size_t p = 0; p < design.columns; ++p) fitted += design.at(i, p) * (*coefficients)[p];
      if (fitted > 0) weights[i] = 1 / (fitted * fitted);
    }
  }
  return coefficients;
}

}  // namespace anechain::statistics

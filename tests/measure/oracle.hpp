// SPDX-License-Identifier: MIT
#pragma once

// Reference implementations of some statistics: straightforward and slow, meant as an oracle in tests.
// Everything is computed in long double and rounded to double at the end. Invalid input throws
// std::invalid_argument. Written from the formulas alone; no dependency but the standard library.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace oracle {

using Real = long double;
using RealVector = std::vector<Real>;
using RealMatrix = std::vector<RealVector>;  // a vector of rows

// ---------------------------------------------------------------------------------------------------------
// Helpers
// ---------------------------------------------------------------------------------------------------------

inline Real as_real(std::size_t count) { return static_cast<Real>(count); }

inline void require(bool condition, const char* message) {
  if (!condition) throw std::invalid_argument(message);
}

inline RealVector sorted_copy(const std::vector<double>& v) {
  RealVector result(v.begin(), v.end());
  std::sort(result.begin(), result.end());
  return result;
}

// Median: the middle value of the sorted sample, or the mean of the two middle values.
inline Real median_real(RealVector v) {
  require(!v.empty(), "median of an empty sample");
  std::sort(v.begin(), v.end());
  const std::size_t n = v.size();
  return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

inline Real mean_real(const RealVector& v) {
  require(!v.empty(), "mean of an empty sample");
  return std::accumulate(v.begin(), v.end(), Real{0}) / as_real(v.size());
}

// Sum of squared deviations from the mean, in two passes.
inline Real squared_deviations(const RealVector& v) {
  const Real mean = mean_real(v);
  Real sum = 0;
  for (const Real x : v) sum += (x - mean) * (x - mean);
  return sum;
}

// Composite five-point Gauss-Legendre rule on [0, upper] (Abramowitz & Stegun 25.4.29-30).
template <typename Function>
inline Real integrate_from_zero(const Function& function, Real upper) {
  const Real root = 2 * std::sqrt(Real{10} / 7);
  const std::array<Real, 3> node{Real{0}, std::sqrt(5 - root) / 3, std::sqrt(5 + root) / 3};
  const std::array<Real, 3> weight{Real{128} / 225, (322 + 13 * std::sqrt(Real{70})) / 900, (322 - 13 * std::sqrt(Real{70})) / 900};
  constexpr std::size_t panels = 64;
  const Real half = upper / (2 * as_real(panels));
  Real sum = 0;
  for (std::size_t i = 0; i < panels; ++i) {
    const Real middle = half * as_real(2 * i + 1);
    sum += weight[0] * function(middle);
    for (std::size_t k = 1; k < 3; ++k) sum += weight[k] * (function(middle - half * node[k]) + function(middle + half * node[k]));
  }
  return sum * half;
}

// The u >= 0 at which the integral of the density over [0, u] equals the area: doubling, then bisection.
template <typename Function>
inline Real invert_area(const Function& density, Real area, Real scale) {
  Real low = 0;
  Real high = scale;
  while (integrate_from_zero(density, high) < area) {
    low = high;
    high *= 2;
    require(std::isfinite(high), "quantile out of reach");
  }
  for (int step = 0; step < 80; ++step) {
    const Real middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    (integrate_from_zero(density, middle) < area ? low : high) = middle;
  }
  return (low + high) / 2;
}

// z_p: Phi(z) = 1/2 + integral_0^z exp(-x^2/2)/sqrt(2 pi) dx.
inline Real normal_quantile(Real p) {
  require(p > 0 && p < 1, "normal quantile of a probability outside (0, 1)");
  if (p < 0.5L) return -normal_quantile(1 - p);
  if (!(p > 0.5L)) return 0;
  const Real factor = 1 / std::sqrt(2 * std::acos(Real{-1}));
  return invert_area([factor](Real x) { return factor * std::exp(-x * x / 2); }, p - 0.5L, 1);
}

// t_{p, nu}, nu > 0 not necessarily whole. With t = sqrt(nu) sinh(u) Student's density
// c/sqrt(nu) (1 + t^2/nu)^{-(nu+1)/2} dt becomes c cosh(u)^{-nu} du, c = Gamma((nu+1)/2)/(sqrt(pi) Gamma(nu/2));
// for large nu, where the difference of two log gammas loses digits, c from the integral itself (beyond
// u = 12/sqrt(nu) less than 1e-25 is left).
inline Real student_t_quantile(Real p, Real nu) {
  require(p > 0 && p < 1, "t quantile of a probability outside (0, 1)");
  require(nu > 0, "t quantile needs positive degrees of freedom");
  if (p < 0.5L) return -student_t_quantile(1 - p, nu);
  if (!(p > 0.5L)) return 0;
  const auto shape = [nu](Real u) { return std::exp(-nu / 2 * std::log1p(std::sinh(u) * std::sinh(u))); };
  const Real factor = nu < 100 ? std::exp(std::lgamma((nu + 1) / 2) - std::lgamma(nu / 2)) / std::sqrt(std::acos(Real{-1}))
                               : 0.5L / integrate_from_zero(shape, 12 / std::sqrt(nu));
  const auto density = [factor, &shape](Real u) { return factor * shape(u); };
  return std::sqrt(nu) * std::sinh(invert_area(density, p - 0.5L, 1 / std::sqrt(nu)));
}

// Two-sided critical values, at (1 + C)/2.
inline Real normal_critical(double confidence) { return normal_quantile((1 + Real{confidence}) / 2); }
inline Real student_t_critical(double confidence, Real nu) { return student_t_quantile((1 + Real{confidence}) / 2, nu); }

inline void require_confidence(double confidence) { require(confidence > 0 && confidence < 1, "the confidence must lie in (0, 1)"); }

// P(Bin(n, 1/2) = k) for k = 0..n. Up to n = 16000 from 2^-n by the ratio (n-k)/(k+1) (2^-n still is a normal
// long double); beyond that from the middle, C(2m, m)/4^m = prod (2i-1)/(2i), outwards.
inline RealVector fair_binomial(std::size_t n) {
  RealVector p(n + 1, Real{0});
  const std::size_t m = n / 2;
  if (n <= 16000) {
    p[0] = std::ldexp(Real{1}, -static_cast<int>(n));
    for (std::size_t k = 0; k < n; ++k) p[k + 1] = p[k] * as_real(n - k) / as_real(k + 1);
    return p;
  }
  Real centre = 1;
  for (std::size_t i = 1; i <= m; ++i) centre *= as_real(2 * i - 1) / as_real(2 * i);
  if (n % 2 == 1) centre *= as_real(n) / as_real(2 * m + 2);  // C(2m+1, m)/2^(2m+1)
  p[m] = centre;
  for (std::size_t k = m; k > 0; --k) p[k - 1] = p[k] * as_real(k) / as_real(n - k + 1);
  for (std::size_t k = 0; k < n - m; ++k) p[n - k] = p[k];
  return p;
}

// Value at a 1-based rank that need not be whole: linear interpolation between the order statistics.
inline Real at_rank(const RealVector& sorted, Real rank) {
  const Real n = as_real(sorted.size());
  rank = std::clamp(rank, Real{1}, n);
  const Real below = std::floor(rank);
  const Real fraction = rank - below;
  const auto index = static_cast<std::size_t>(below) - 1;
  if (!(fraction > 0)) return sorted[index];
  return (1 - fraction) * sorted[index] + fraction * sorted[index + 1];
}

// ---------------------------------------------------------------------------------------------------------
// 1. Median and MAD
// ---------------------------------------------------------------------------------------------------------

// The sample median.
inline double median(const std::vector<double>& v) { return static_cast<double>(median_real(RealVector(v.begin(), v.end()))); }

// 1.4826 * median |x - median x|, consistent for sigma under normality (Hampel 1974).
inline double mad_sigma(const std::vector<double>& v) {
  RealVector deviations(v.begin(), v.end());
  const Real centre = median_real(deviations);
  for (Real& x : deviations) x = std::fabs(x - centre);
  return static_cast<double>(1.4826L * median_real(deviations));
}

// ---------------------------------------------------------------------------------------------------------
// 2. Interval of the median
// ---------------------------------------------------------------------------------------------------------

// Hettmansperger & Sheather (1986), Statist. Probab. Lett. 4, 75-79:
// gamma_d = 1 - 2 P(Bin(n,1/2) <= d-1); d the largest with gamma_d >= C; I = (gamma_d - C)/(gamma_d - gamma_{d+1});
// lambda = (n-d) I/(d + (n-2d) I); ends at the ranks d+lambda and n+1-d-lambda. None if gamma_1 < C.
// For tau > 1 the half-width in ranks, (n+1)/2 - (d+lambda), grows by sqrt(tau) t_{max(1, n/tau - 1)}/z.
inline std::optional<std::pair<double, double>> hettmansperger_sheather(const std::vector<double>& v, double confidence, double tau) {
  require_confidence(confidence);
  const std::size_t n = v.size();
  if (n == 0) return std::nullopt;
  const RealVector sorted = sorted_copy(v);
  const RealVector probability = fair_binomial(n);
  RealVector gamma(n + 2, Real{0});  // gamma[d] for d = 1..n+1
  Real cumulative = 0;
  for (std::size_t d = 1; d <= n + 1; ++d) {
    cumulative += probability[d - 1];
    gamma[d] = 1 - 2 * cumulative;
  }
  const Real target = confidence;
  if (gamma[1] < target) return std::nullopt;
  std::size_t d = 1;
  while (d + 1 <= n && gamma[d + 1] >= target) ++d;

  const Real share = (gamma[d] - target) / (gamma[d] - gamma[d + 1]);
  const Real below = as_real(d);
  const Real above = as_real(n) - below;
  const Real lambda = above * share / (below + (above - below) * share);
  Real low = below + lambda;
  Real high = as_real(n) + 1 - below - lambda;
  if (tau > 1) {
    const Real middle = (as_real(n) + 1) / 2;
    const Real freedom = std::max(Real{1}, as_real(n) / Real{tau} - 1);
    const Real half = (middle - low) * std::sqrt(Real{tau}) * student_t_critical(confidence, freedom) / normal_critical(confidence);
    low = middle - half;
    high = middle + half;
  }
  return std::pair{static_cast<double>(at_rank(sorted, low)), static_cast<double>(at_rank(sorted, high))};
}

// ---------------------------------------------------------------------------------------------------------
// 3., 4. Autocorrelation
// ---------------------------------------------------------------------------------------------------------

// r_k = sum_{i<n-k} (x_i - m)(x_{i+k} - m) / sum_{i<n} (x_i - m)^2 (Box & Jenkins). NaN for a constant sample.
inline Real autocorrelation(const RealVector& v, std::size_t lag) {
  const Real mean = mean_real(v);
  Real sum = 0;
  for (std::size_t i = 0; i + lag < v.size(); ++i) sum += (v[i] - mean) * (v[i + lag] - mean);
  return sum / squared_deviations(v);
}

inline bool is_constant(const std::vector<double>& v) {
  return std::all_of(v.begin(), v.end(), [&v](double x) { return !(x < v.front()) && !(x > v.front()); });
}

// Q = n (n+2) sum_{k=1..lags} r_k^2/(n-k) (Ljung & Box 1978, Biometrika 65, 297-303).
// A constant sample has no autocorrelation: 0.
inline double ljung_box(const std::vector<double>& v, std::size_t lags) {
  const std::size_t n = v.size();
  require(lags < n, "Ljung-Box needs fewer lags than samples");
  if (is_constant(v)) return 0;
  const RealVector x(v.begin(), v.end());
  Real sum = 0;
  for (std::size_t k = 1; k <= lags; ++k) {
    const Real r = autocorrelation(x, k);
    sum += r * r / as_real(n - k);
  }
  return static_cast<double>(as_real(n) * (as_real(n) + 2) * sum);
}

// Geyer's (1992, Statist. Sci. 7, 473-483) initial positive sequence: P_m = rho_{2m} + rho_{2m+1} summed while
// positive; tau = 2 sum - 1; then tau /= max(0.2, 1 - tau/n), clamped to [1, max(1, n/4)]. A constant sample: 1.
inline double geyer_tau(const std::vector<double>& v) {
  const std::size_t n = v.size();
  if (n < 2 || is_constant(v)) return 1;
  const RealVector x(v.begin(), v.end());
  Real sum = 0;
  for (std::size_t m = 0; 2 * m + 1 < n; ++m) {
    const Real pair = (m == 0 ? Real{1} : autocorrelation(x, 2 * m)) + autocorrelation(x, 2 * m + 1);
    if (!(pair > 0)) break;
    sum += pair;
  }
  Real tau = 2 * sum - 1;
  tau /= std::max(0.2L, 1 - tau / as_real(n));
  return static_cast<double>(std::clamp(tau, Real{1}, std::max(Real{1}, as_real(n) / 4)));
}

// ---------------------------------------------------------------------------------------------------------
// 5. Trimmed mean
// ---------------------------------------------------------------------------------------------------------

struct Trimmed {
  double mean = 0;
  double standard_error = 0;
  double low = 0;
  double high = 0;
};

// Tukey & McLaughlin (1963), Yuen (1974, Biometrika 61, 165-170): g = floor(share n) (in double) cut at either
// end; s_w the winsorised standard deviation (n-1); SE = s_w/((1-2 share) sqrt n) sqrt(tau);
// mean +- t_{(1+C)/2, max(1, (n-2g)/tau - 1)} SE.
inline Trimmed yuen(const std::vector<double>& v, double share, double confidence, double tau) {
  require_confidence(confidence);
  require(v.size() >= 2, "a trimmed mean's interval needs two samples");
  require(share >= 0 && share < 0.5, "the share cut must lie in [0, 1/2)");
  require(tau > 0, "tau must be positive");
  const std::size_t n = v.size();
  const auto g = static_cast<std::size_t>(std::floor(share * static_cast<double>(n)));
  require(2 * g < n, "nothing is left after trimming");
  const RealVector sorted = sorted_copy(v);

  RealVector kept;
  for (std::size_t i = g; i < n - g; ++i) kept.push_back(sorted[i]);
  RealVector winsorised;
  for (std::size_t i = 0; i < n; ++i) winsorised.push_back(sorted[std::clamp(i, g, n - g - 1)]);

  const Real mean = mean_real(kept);
  const Real deviation = std::sqrt(squared_deviations(winsorised) / (as_real(n) - 1));
  const Real error = deviation / ((1 - 2 * Real{share}) * std::sqrt(as_real(n))) * std::sqrt(Real{tau});
  const Real freedom = std::max(Real{1}, as_real(n - 2 * g) / Real{tau} - 1);
  const Real half = student_t_critical(confidence, freedom) * error;
  return {static_cast<double>(mean), static_cast<double>(error), static_cast<double>(mean - half), static_cast<double>(mean + half)};
}

// ---------------------------------------------------------------------------------------------------------
// 6. Median polish
// ---------------------------------------------------------------------------------------------------------

struct Polish {
  std::vector<double> column_levels;
  std::vector<double> row_states;
};

// Tukey's median polish of y[row*cols+col] = column level + row state (Exploratory Data Analysis, 1977), three
// sweeps from rows = 0 and columns = column medians; the rows' median is taken off the rows in each sweep.
inline Polish median_polish(std::size_t rows, std::size_t cols, const std::vector<double>& y) {
  require(rows > 0 && cols > 0 && y.size() == rows * cols, "median polish: the sizes do not agree");
  RealVector row(rows, Real{0});
  RealVector col(cols, Real{0});
  const auto set_columns = [&] {
    for (std::size_t c = 0; c < cols; ++c) {
      RealVector rest;
      for (std::size_t r = 0; r < rows; ++r) rest.push_back(Real{y[r * cols + c]} - row[r]);
      col[c] = median_real(rest);
    }
  };
  set_columns();
  for (int sweep = 0; sweep < 3; ++sweep) {
    for (std::size_t r = 0; r < rows; ++r) {
      RealVector rest;
      for (std::size_t c = 0; c < cols; ++c) rest.push_back(Real{y[r * cols + c]} - col[c]);
      row[r] = median_real(rest);
    }
    const Real middle = median_real(row);
    for (Real& state : row) state -= middle;
    set_columns();
  }
  return {std::vector<double>(col.begin(), col.end()), std::vector<double>(row.begin(), row.end())};
}

// ---------------------------------------------------------------------------------------------------------
// 7. Least squares
// ---------------------------------------------------------------------------------------------------------

// min |A x - b| by Householder QR (Golub & Van Loan, Matrix Computations, 5.3.2). None if a diagonal element of R
// is negligible against its column's length (a rank deficiency).
inline std::optional<RealVector> householder_solve(RealMatrix a, RealVector b) {
  const std::size_t m = a.size();
  require(m > 0 && b.size() == m, "least squares: the sizes do not agree");
  const std::size_t n = a.front().size();
  for (const RealVector& row : a) require(row.size() == n, "least squares: rows of unequal length");
  if (m < n) return std::nullopt;

  for (std::size_t k = 0; k < n; ++k) {
    Real whole = 0;
    Real tail = 0;
    for (std::size_t i = 0; i < m; ++i) {
      whole += a[i][k] * a[i][k];
      if (i >= k) tail += a[i][k] * a[i][k];
    }
    const Real length = std::sqrt(tail);
    if (!(length > 64 * std::numeric_limits<Real>::epsilon() * std::sqrt(whole))) return std::nullopt;
    const Real alpha = a[k][k] > 0 ? -length : length;
    RealVector u(m, Real{0});
    for (std::size_t i = k; i < m; ++i) u[i] = a[i][k];
    u[k] -= alpha;
    Real uu = 0;
    for (std::size_t i = k; i < m; ++i) uu += u[i] * u[i];
    for (std::size_t j = k; j < n; ++j) {
      Real dot = 0;
      for (std::size_t i = k; i < m; ++i) dot += u[i] * a[i][j];
      for (std::size_t i = k; i < m; ++i) a[i][j] -= 2 * dot / uu * u[i];
    }
    Real dot = 0;
    for (std::size_t i = k; i < m; ++i) dot += u[i] * b[i];
    for (std::size_t i = k; i < m; ++i) b[i] -= 2 * dot / uu * u[i];
  }
  RealVector x(n, Real{0});
  for (std::size_t k = n; k-- > 0;) {
    Real sum = b[k];
    for (std::size_t j = k + 1; j < n; ++j) sum -= a[k][j] * x[j];
    x[k] = sum / a[k][k];
  }
  return x;
}

// Rows scaled by sqrt(w).
inline RealMatrix scaled_rows(const std::vector<std::vector<double>>& x, const std::vector<double>& w) {
  require(!x.empty() && x.size() == w.size(), "weighted rows: the sizes do not agree");
  RealMatrix a;
  for (std::size_t i = 0; i < x.size(); ++i) {
    require(x[i].size() == x.front().size(), "weighted rows: rows of unequal length");
    require(w[i] >= 0 && std::isfinite(w[i]), "weights must be finite and not negative");
    RealVector row;
    for (const double value : x[i]) row.push_back(Real{value} * std::sqrt(Real{w[i]}));
    a.push_back(std::move(row));
  }
  return a;
}

inline RealVector scaled_values(const std::vector<double>& y, const std::vector<double>& w) {
  require(y.size() == w.size(), "weighted values: the sizes do not agree");
  RealVector b;
  for (std::size_t i = 0; i < y.size(); ++i) b.push_back(Real{y[i]} * std::sqrt(Real{w[i]}));
  return b;
}

// min sum w_i (y_i - x_i beta)^2 by Householder QR of the rows scaled by sqrt(w). Throws if rank deficient.
inline std::vector<double> weighted_least_squares(const std::vector<std::vector<double>>& x, const std::vector<double>& y,
                                                  const std::vector<double>& w) {
  const auto beta = householder_solve(scaled_rows(x, w), scaled_values(y, w));
  require(beta.has_value(), "weighted least squares: rank deficient");
  return {beta->begin(), beta->end()};
}

// Two fits with constant relative error: weights 1/y^2, then 1/fitted^2 with the first fit's values
// (iteratively reweighted least squares, one step). Kept in long double between the two fits.
inline std::vector<double> relative_fit(const std::vector<std::vector<double>>& x, const std::vector<double>& y) {
  require(!x.empty() && x.size() == y.size(), "relative fit: the sizes do not agree");
  RealVector scale(y.begin(), y.end());
  RealVector beta;
  for (int pass = 0; pass < 2; ++pass) {
    RealMatrix a;
    RealVector b;
    for (std::size_t i = 0; i < x.size(); ++i) {
      require(scale[i] < 0 || scale[i] > 0, "relative fit: a zero cannot be weighted");
      RealVector row;
      for (const double value : x[i]) row.push_back(Real{value} / std::fabs(scale[i]));
      a.push_back(std::move(row));
      b.push_back(Real{y[i]} / std::fabs(scale[i]));
    }
    const auto solution = householder_solve(a, b);
    require(solution.has_value(), "relative fit: rank deficient");
    beta = *solution;
    for (std::size_t i = 0; i < x.size(); ++i) {
      scale[i] = 0;
      for (std::size_t j = 0; j < beta.size(); ++j) scale[i] += Real{x[i][j]} * beta[j];
    }
  }
  return {beta.begin(), beta.end()};
}

// ---------------------------------------------------------------------------------------------------------
// 8. Non-negative least squares
// ---------------------------------------------------------------------------------------------------------

// min sum w_i (y_i - x_i beta)^2 with beta >= 0: the active-set algorithm NNLS of Lawson & Hanson, Solving Least
// Squares Problems (1974), chapter 23. Columns that enter only through rounding, or depend on those already in,
// are left at zero.
inline std::vector<double> nonnegative_least_squares(const std::vector<std::vector<double>>& x, const std::vector<double>& y,
                                                     const std::vector<double>& w) {
  const RealMatrix a = scaled_rows(x, w);
  const RealVector b = scaled_values(y, w);
  const std::size_t m = a.size();
  const std::size_t n = a.front().size();
  Real b_length = 0;
  for (const Real value : b) b_length += value * value;
  b_length = std::sqrt(b_length);
  RealVector a_length(n, Real{0});
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < m; ++i) a_length[j] += a[i][j] * a[i][j];
    a_length[j] = std::sqrt(a_length[j]);
  }

  RealVector beta(n, Real{0});
  std::vector<bool> free(n, false);
  const auto solve_free = [&]() -> std::optional<RealVector> {
    std::vector<std::size_t> index;
    for (std::size_t j = 0; j < n; ++j)
      if (free[j]) index.push_back(j);
    RealMatrix part(m);
    for (std::size_t i = 0; i < m; ++i)
      for (const std::size_t j : index) part[i].push_back(a[i][j]);
    RealVector full(n, Real{0});
    if (index.empty()) return full;
    const auto solution = householder_solve(part, b);
    if (!solution) return std::nullopt;
    for (std::size_t k = 0; k < index.size(); ++k) full[index[k]] = (*solution)[k];
    return full;
  };

  for (std::size_t round = 0;; ++round) {
    require(round < 1000 * (n + 1), "non-negative least squares does not settle");
    // The cosine between each bound column and the residual stands for the dual variable.
    RealVector residual = b;
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j) residual[i] -= a[i][j] * beta[j];
    RealVector dual(n, Real{0});
    for (std::size_t j = 0; j < n; ++j) {
      if (free[j] || !(a_length[j] > 0)) continue;
      for (std::size_t i = 0; i < m; ++i) dual[j] += a[i][j] * residual[i];
      if (!(dual[j] > 1e-15L * a_length[j] * b_length)) dual[j] = 0;
    }
    std::optional<RealVector> trial;
    std::size_t entered = n;
    while (true) {
      entered = n;
      for (std::size_t j = 0; j < n; ++j)
        if (dual[j] > 0 && (entered == n || dual[j] > dual[entered])) entered = j;
      if (entered == n) break;
      free[entered] = true;
      trial = solve_free();
      if (trial && (*trial)[entered] > 0) break;
      free[entered] = false;  // rounding only, or a dependent column: try the next
      dual[entered] = 0;
    }
    if (entered == n) break;

    while (true) {
      // The longest step towards the trial that leaves nothing negative, and the coefficient that stops it.
      Real step = 1;
      std::size_t blocking = n;
      for (std::size_t j = 0; j < n; ++j) {
        if (!free[j] || !((*trial)[j] < 0)) continue;
        const Real reach = beta[j] / (beta[j] - (*trial)[j]);
        if (blocking != n && !(reach < step)) continue;
        step = reach;
        blocking = j;
      }
      if (blocking == n) break;
      for (std::size_t j = 0; j < n; ++j) {
        if (!free[j]) continue;
        beta[j] += step * ((*trial)[j] - beta[j]);
        if (j == blocking || beta[j] <= 0) {
          beta[j] = 0;
          free[j] = false;
        }
      }
      trial = solve_free();
      require(trial.has_value(), "non-negative least squares: rank deficient");
    }
    beta = *trial;
  }
  return {beta.begin(), beta.end()};
}

// ---------------------------------------------------------------------------------------------------------
// 9. Condition number
// ---------------------------------------------------------------------------------------------------------

// The columns of sqrt(w) X scaled to length 1; ratio of the largest to the smallest eigenvalue of the normal matrix,
// as the squared ratio of the singular values by one-sided Jacobi (Hestenes 1958). Infinite if singular.
inline double condition_of_scaled_normal_matrix(const std::vector<std::vector<double>>& x, const std::vector<double>& w) {
  RealMatrix a = scaled_rows(x, w);
  const std::size_t m = a.size();
  const std::size_t n = a.front().size();
  require(n > 0, "condition number of nothing");
  const auto dot = [&](std::size_t p, std::size_t q) {
    Real sum = 0;
    for (std::size_t i = 0; i < m; ++i) sum += a[i][p] * a[i][q];
    return sum;
  };
  for (std::size_t j = 0; j < n; ++j) {
    const Real length = std::sqrt(dot(j, j));
    if (!(length > 0)) return std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < m; ++i) a[i][j] /= length;
  }
  for (int sweep = 0; sweep < 100; ++sweep) {
    bool rotated = false;
    for (std::size_t p = 0; p + 1 < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        const Real pp = dot(p, p);
        const Real qq = dot(q, q);
        const Real pq = dot(p, q);
        if (std::fabs(pq) <= 4 * std::numeric_limits<Real>::epsilon() * std::sqrt(pp * qq)) continue;
        rotated = true;
        const Real zeta = (qq - pp) / (2 * pq);
        const Real t = (zeta < 0 ? Real{-1} : Real{1}) / (std::fabs(zeta) + std::sqrt(1 + zeta * zeta));
        const Real c = 1 / std::sqrt(1 + t * t);
        const Real s = c * t;
        for (std::size_t i = 0; i < m; ++i) {
          const Real ap = a[i][p];
          const Real aq = a[i][q];
          a[i][p] = c * ap - s * aq;
          a[i][q] = s * ap + c * aq;
        }
      }
    }
    if (!rotated) break;
  }
  Real largest = dot(0, 0);
  Real smallest = largest;
  for (std::size_t j = 1; j < n; ++j) {
    largest = std::max(largest, dot(j, j));
    smallest = std::min(smallest, dot(j, j));
  }
  if (m < n || !(smallest > 0)) return std::numeric_limits<double>::infinity();
  return static_cast<double>(largest / smallest);
}

// ---------------------------------------------------------------------------------------------------------
// 10. Warm-up
// ---------------------------------------------------------------------------------------------------------

// MSER-5 (White 1997; White, Cobb & Spratt 2000), on the medians of batches of five: the smallest d in [0, floor(N/2)]
// that minimises sum_{i>=d} (b_i - mean_d)^2/(N-d)^2. In batches; 0 without a whole batch.
inline std::size_t mser5(const std::vector<double>& v) {
  const std::size_t count = v.size() / 5;
  RealVector batch;
  for (std::size_t i = 0; i < count; ++i) {
    RealVector five;
    for (std::size_t k = 0; k < 5; ++k) five.push_back(v[5 * i + k]);
    batch.push_back(median_real(five));
  }
  std::size_t best = 0;
  Real lowest = std::numeric_limits<Real>::infinity();
  for (std::size_t d = 0; count > 0 && d <= count / 2; ++d) {
    RealVector rest;
    for (std::size_t i = d; i < count; ++i) rest.push_back(batch[i]);
    const Real value = squared_deviations(rest) / (as_real(rest.size()) * as_real(rest.size()));
    if (value < lowest) {
      lowest = value;
      best = d;
    }
  }
  return best;
}

// ---------------------------------------------------------------------------------------------------------
// 11. Welch's interval
// ---------------------------------------------------------------------------------------------------------

// t_{(1+C)/2, nu} sqrt(A + B), A = s_a^2/n_a, B = s_b^2/n_b, nu = (A+B)^2/(A^2/(n_a-1) + B^2/(n_b-1))
// (Welch 1947, Satterthwaite 1946). Two constant samples: 0.
inline double welch_t_interval_half_width(const std::vector<double>& a, const std::vector<double>& b, double confidence) {
  require_confidence(confidence);
  require(a.size() >= 2 && b.size() >= 2, "Welch's interval needs two samples on either side");
  if (is_constant(a) && is_constant(b)) return 0;
  const auto part = [](const std::vector<double>& v) {
    const Real n = as_real(v.size());
    return squared_deviations(RealVector(v.begin(), v.end())) / (n - 1) / n;
  };
  const Real part_a = part(a);
  const Real part_b = part(b);
  const Real sum = part_a + part_b;
  // The shares of the sum, so that nothing underflows.
  const Real share_a = part_a / sum;
  const Real share_b = part_b / sum;
  const Real freedom = 1 / (share_a * share_a / as_real(a.size() - 1) + share_b * share_b / as_real(b.size() - 1));
  return static_cast<double>(student_t_critical(confidence, freedom) * std::sqrt(sum));
}

// ---------------------------------------------------------------------------------------------------------
// 12. Holm
// ---------------------------------------------------------------------------------------------------------

// Holm (1979, Scand. J. Statist. 6, 65-70): with p_(1) <= ... <= p_(m), adjusted p_(i) =
// max_{j<=i} min(1, (m-j+1) p_(j)). Returns the order (indices by ascending p, ties in input order) and the adjusted
// p-values in input order.
inline std::pair<std::vector<std::size_t>, std::vector<double>> holm(const std::vector<double>& p_values) {
  const std::size_t m = p_values.size();
  std::vector<std::size_t> order(m);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return p_values[i] < p_values[j] || (!(p_values[j] < p_values[i]) && i < j); });
  std::vector<double> adjusted(m, 0.0);
  Real highest = 0;
  for (std::size_t i = 0; i < m; ++i) {
    highest = std::max(highest, std::min(Real{1}, as_real(m - i) * Real{p_values[order[i]]}));
    adjusted[order[i]] = static_cast<double>(highest);
  }
  return {order, adjusted};
}

}  // namespace oracle

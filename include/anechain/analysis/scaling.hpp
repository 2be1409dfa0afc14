// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <anechain/analysis/cost_terms.hpp>
#include <anechain/measure/measurement.hpp>
#include <anechain/separate_compilation.hpp>
#include <anechain/statistics/median_interval.hpp>

/// What the length of a chain, the size of a kernel and the data of a copy cost: from the samples of contenders of several lengths.
namespace anechain {

/// A number and its interval.
struct Bounded {
  double value = std::numeric_limits<double>::quiet_NaN();  ///< NaN where it cannot be told
  statistics::Interval interval{};                          ///< of the bootstrap, at the protocol's confidence for this number alone
};

/// Passes of one kernel under one strategy as a straight line over the chain's length: T(n) = fixed + n slope.
struct LengthFit {
  std::string kernel;                   ///< the name of the kernel that the chains repeat
  std::string contender;                ///< the strategy's name, or "fused"
  std::vector<std::size_t> contenders;  ///< positions in Measurement::contenders
  std::vector<std::size_t> lengths;     ///< kernels in the chain of each of them
  Bounded slope_us;                     ///< each further kernel, with its copy where the strategy copies
  Bounded fixed_us;                     ///< what is left of a pass without kernels
  std::optional<Bounded> curvature_us;  ///< of a term n^2; none for two lengths

  double bend = 0;  ///< what the term n^2 makes of the longest pass, as a share of it

  /// Whether the curvature may be zero, or is too small to matter. Where it is neither, the line means little: passes are
  /// pipelined, a queue is full, the machine throttles.
  bool linear() const { return !curvature_us || curvature_us->interval.contains(0) || std::abs(bend) < 0.001; }
};

/// By how much a strategy's slope exceeds the baseline's: the cost of a link, without the fixed cost in it.
struct SlopeDifference {
  std::string kernel;     ///< LengthFit::kernel
  std::string contender;  ///< LengthFit::contender
  std::string baseline;   ///< LengthFit::contender of the baseline
  Bounded us;             ///< that each further kernel takes more; negative where it takes less
};

/// What one term costs.
struct FittedTerm {
  Term term = Term::fixed;    ///< what costs
  Bounded cost;               ///< in microseconds for one of it: see Term; not below zero
  bool held_at_zero = false;  ///< it would have come out negative
};

/// What the terms imply for one kernel at the longest length that was measured.
struct Implied {
  std::string kernel;         ///< LengthFit::kernel
  std::size_t contender = 0;  ///< the baseline's longest chain: position in Measurement::contenders
  std::size_t length = 0;     ///< its kernels
  double gflop = 0;           ///< 10^9 operations of all of them
  Bounded dispatch_share;     ///< of a pass of the baseline
  Bounded fused_pass_us;      ///< predicted for the whole chain as one program: the ceiling
};

/// A pass's cost as fixed + dispatches + GFLOP + copies + megabytes + hops, over all contenders that run kernels, one pass at a time.
struct Decomposition {
  std::vector<FittedTerm> terms;              ///< those that occur, in the order of cost_terms
  double condition = 0;                       ///< of the design; above 10^8 it is refused
  std::size_t worst_contender = 0;            ///< the one fitted worst: position in Measurement::contenders
  double worst_residual = 0;                  ///< of that one, as a share of the fitted time
  std::optional<Bounded> tflops{};            ///< 10^12 operations a second of a large kernel, from the compute term
  std::optional<Bounded> gb_per_s{};          ///< 10^9 bytes copied a second, from the bandwidth term
  std::optional<Bounded> break_even_gflop{};  ///< a kernel whose compute takes as long as its dispatch
  std::vector<Implied> implied{};             ///< for each kernel whose baseline was fitted; needs fixed, dispatch and compute
};

/// Why there is no cost model: the first of these that applies.
struct Refusal {
  /// Complete rounds; too few if there are fewer than least_rounds.
  std::size_t rounds = 0;
  /// Terms that the design cannot tell apart, where there are rounds enough; more of the second would tell.
  std::optional<std::pair<Term, Term>> terms{};

  static constexpr std::size_t least_rounds = 8;  ///< that a fit needs
};

/// What contenders of several lengths say. Levels are those at the median state of the machine.
struct Scaling {
  std::vector<double> pass_us;                 ///< of each contender; NaN for one that failed or is not fitted
  statistics::Interval state{1, 1};            ///< range of the machine's state over the rounds, as a factor of its median
  std::size_t rounds = 0;                      ///< complete ones, which alone are used
  double confidence = 0.95;                    ///< of each interval, for itself
  std::size_t replicates = 0;                  ///< of the bootstrap that the intervals come from
  static constexpr std::size_t block = 4;      ///< rounds that the bootstrap draws together
  std::vector<LengthFit> fits;                 ///< for each kernel and strategy that has two lengths or more
  std::vector<SlopeDifference> links;          ///< for those of them that have links, where the baseline was fitted too
  std::optional<Decomposition> decomposition;  ///< none where it was refused
  std::optional<Refusal> refusal;              ///< why there is no decomposition; none where there is one
};

/// What the contenders of a measurement say whose chains repeat a kernel in several lengths: median polish for the machine's state,
/// weighted least squares over contenders, and intervals by the bootstrap of blocks of four rounds, polished anew in every replicate.
/// `protocol` gives the confidence, and the seed of the bootstrap.
Scaling scale(const Measurement& measurement, const Protocol& protocol, std::size_t replicates = 400);

/// The same, with the confidence and the seed of its own protocol.
Scaling scale(const Measurement& measurement);

/// Whether a measurement has chains that repeat a kernel in several lengths, so that scale() has something to say.
bool has_several_lengths(const Measurement& measurement);

}  // namespace anechain

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/analysis/scaling.ipp>
#endif

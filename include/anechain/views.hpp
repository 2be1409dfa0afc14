// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <range/v3/view/all.hpp>
#include <range/v3/view/cartesian_product.hpp>
#include <range/v3/view/chunk_by.hpp>
#include <range/v3/view/interface.hpp>
#include <range/v3/view/sliding.hpp>
#include <range/v3/view/transform.hpp>
#include <range/v3/view/zip.hpp>

#include <anechain/analysis/estimate.hpp>
#include <anechain/kernels/kernel.hpp>
#include <anechain/measure/measured_contender.hpp>
#include <anechain/measure/measurement.hpp>

/// What experiments are made of and give, as range-v3 views: for loops, and for whatever else of range-v3 one likes behind a `|`. Include
/// it by its name: no other header of anechain includes anything of range-v3.
///
///     for (auto [channels, positions] : views::grid(std::array{64, 128}, std::array{32, 64}))      // every pair
///       add(experiment, channels, positions);
///     const Measurement measurement = experiment.measure();
///     const Estimates estimates = estimate(measurement);
///     for (auto [contender, estimate] : views::contenders(measurement, estimates))
///       if (estimate) std::cout << contender.name << ' ' << estimate->pass_us.median << '\n';
///
/// A view points at what it was made of, which must outlive it; only `grid` keeps what it is given as a temporary.
namespace anechain::views {

namespace detail {

/// A range that its views share: copying one costs the same for every size.
template <std::ranges::forward_range R>
class Owned : public ranges::view_interface<Owned<R>> {
 public:
  Owned() = default;
  explicit Owned(R&& range) : range_(std::make_shared<R>(std::move(range))) {}

  auto begin() const { return std::ranges::begin(*range_); }
  auto end() const { return std::ranges::end(*range_); }

 private:
  std::shared_ptr<R> range_;
};

/// A view of a range that stays, or of a temporary that it keeps.
template <class R>
auto kept(R&& range) {
  if constexpr (std::is_lvalue_reference_v<R> || ranges::viewable_range<R>)
    return ranges::views::all(std::forward<R>(range));
  else
    return Owned<R>{std::forward<R>(range)};
}

/// Neighbours, as pairs of references.
template <class Kernel>
auto neighbours(std::span<const Kernel> kernels) {
  using Pair = std::pair<const Kernel&, const Kernel&>;
  return ranges::views::sliding(kernels, 2) | ranges::views::transform([](const auto& two) { return Pair{two[0], two[1]}; });
}

}  // namespace detail

/// The samples of each round, in the order in which they were taken: ranges of const Sample&, none of them empty. Of a round that failed,
/// or in which nothing was visited, there are no samples, and so no range.
inline auto rounds(const Measurement& measurement) {
  return ranges::views::chunk_by(std::span{measurement.samples}, [](const Sample& before, const Sample& sample) {
    return before.launch == sample.launch && before.round == sample.round;
  });
}
void rounds(const Measurement&&) = delete;

/// The links of a flow, in their order: the programs before and after each of them, as pairs of references. None for one program.
inline auto links(const MeasuredFlow& flow) { return detail::neighbours(std::span<const MeasuredKernel>{flow.programs}); }
void links(const MeasuredFlow&&) = delete;

/// The same of kernels in a row.
///@{
inline auto links(std::span<const KernelFacts> kernels) { return detail::neighbours(kernels); }
inline auto links(std::span<const MeasuredKernel> kernels) { return detail::neighbours(kernels); }
///@}

/// Every combination of one element of each range, the last one changing fastest: tuples of references, to be taken apart as
/// `for (auto [channels, positions] : views::grid(widths, lengths))`. None if a range is empty. It keeps temporaries, and points at the
/// rest.
template <std::ranges::forward_range... Ranges>
  requires(sizeof...(Ranges) > 0)
auto grid(Ranges&&... ranges) {
  return ::ranges::views::cartesian_product(detail::kept(std::forward<Ranges>(ranges))...);
}

/// The contenders, each with what its samples say: pairs of const MeasuredContender& and const std::optional<ContenderEstimate>&, which is
/// empty for one that failed. Throws std::invalid_argument if the estimates are those of another number of contenders.
inline auto contenders(const Measurement& measurement, const Estimates& estimates) {
  if (measurement.contenders.size() != estimates.contenders.size())
    throw std::invalid_argument("estimates of " + std::to_string(estimates.contenders.size()) + " contenders, in a measurement of " +
                                std::to_string(measurement.contenders.size()) + ": estimate this measurement");
  return ranges::views::zip(std::span{measurement.contenders}, std::span{estimates.contenders});
}
void contenders(const Measurement&&, const Estimates&) = delete;
void contenders(const Measurement&, const Estimates&&) = delete;
void contenders(const Measurement&&, const Estimates&&) = delete;

}  // namespace anechain::views

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace anechain {

/// The elements of two vectors of one length, side by side: what was measured, and what was found of it.
///
///     for (const auto& [measurement, configuration] : Paired{report.measurements, analysis.configurations})
///
/// A zip view does the same; but each costs every file that includes it more than all of core.hpp does over its standard headers.
template <class A, class B>
class Paired {
 public:
  /// Keeps both, which must outlive it; `bs` is at least as long as `as`.
  Paired(const std::vector<A>& as, const std::vector<B>& bs) : first_{as.data(), bs.data()}, size_(as.size()) {}

  /// For a range-based for: only forward.
  struct Iterator {
    const A* a;  ///< in the first vector
    const B* b;  ///< at the same place of the second

    /// The two elements.
    std::pair<const A&, const B&> operator*() const { return {*a, *b}; }

    /// The next two.
    Iterator& operator++() { return ++a, ++b, *this; }
    bool operator==(const Iterator&) const = default;
  };

  /// As the range-based for wants them.
  ///@{
  Iterator begin() const { return first_; }
  Iterator end() const { return {first_.a + size_, first_.b + size_}; }
  ///@}

 private:
  Iterator first_;
  std::size_t size_;
};

}  // namespace anechain

// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>

#include <anechain/support/words.hpp>

namespace anechain {

/// The terms of a pass's cost, in their order. A measurement is fitted with those that some contender has any of.
enum class Term {
  fixed,      ///< once a pass, in microseconds
  dispatch,   ///< for each program
  compute,    ///< for each GFLOP
  copy,       ///< for each copy
  bandwidth,  ///< for each megabyte copied
  hop,        ///< for each time that work is handed to another thread
};
template <>
inline constexpr auto words_of<Term> = std::to_array<std::string_view>({"fixed", "dispatch", "compute", "copy", "bandwidth", "hop"});

/// All terms.
inline constexpr std::array cost_terms{Term::fixed, Term::dispatch, Term::compute, Term::copy, Term::bandwidth, Term::hop};

}  // namespace anechain

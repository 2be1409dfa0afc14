// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <anechain/devices/ane/predicates.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/support/words.hpp>

/// What the Apple Neural Engine is known not to take, as data. Nobody at Apple has published it: each rule says who
/// observed it, where, and how sure it is.
namespace anechain::ane {

/// How sure a rule is, and so what becomes of a program that breaks it.
enum class Certainty : std::uint8_t {
  established,  ///< observed by several, or by one on several chips, and contradicted by none: a program that breaks it is refused
  reported,     ///< observed by one: a program that breaks it is warned of
  contested,    ///< observed by some, contradicted by others or on other chips: a program that breaks it is warned of
  advice,       ///< costs time or precision, or concerns some chips only
  artefact,     ///< was taken for a rule, and is explained by another one: recorded, and enforced by nothing
};

}  // namespace anechain::ane

namespace anechain {

template <>
inline constexpr auto words_of<ane::Certainty> =
    std::to_array<std::string_view>({"established", "reported", "contested", "advice", "artefact"});

}  // namespace anechain

namespace anechain::ane {

/// What sees to a rule.
enum class Keeper : std::uint8_t {
  predicate,     ///< asked of every program
  construction,  ///< what this library prints, passes and binds cannot break it
  budget,        ///< counted while programs are compiled and loaded
  nobody,        ///< it cannot be told of a program, or is not a rule
};

/// A rule, where it comes from, and what sees to it.
struct Constraint {
  std::string_view id;    ///< number of the Orion paper's table (arXiv 2603.06728), R of its repository's, H of other projects' findings
  std::string_view rule;  ///< what is refused or what happens, and often what to do instead
  std::string_view observed;  ///< by whom, on which chip, and by whom it is contradicted
  Certainty certainty;        ///< what follows for who breaks it
  Keeper keeper;              ///< who asks or counts
  predicates::Place (*broken_at)(const mil::Graph&, const mil::Function&) = nullptr;  ///< where that is the keeper

  /// Whether there is a `broken_at` to ask.
  constexpr bool is_predicate() const { return keeper == Keeper::predicate; }
};

namespace catalogue {

using namespace predicates;
using enum Certainty;
using enum mil::OpKind;

/// A rule that is asked of programs.
constexpr Constraint asked(std::string_view id, std::string_view rule, std::string_view observed, Certainty certainty,
                           Place (*broken_at)(const mil::Graph&, const mil::Function&)) {
  return {id, rule, observed, certainty, Keeper::predicate, broken_at};
}

/// The established ones first: they are what a program is refused for.
inline constexpr Constraint constraints[]{
    asked("H9", "shapes must be fixed: an unknown extent is an InvalidMILProgram", "abr, maderix", established, has_unknown_extent),
    asked("H3", "tensors have at most 5 axes", "guide (M1, M5)", established, has_rank_above_5),
    asked("H3a", "no extent may be above 65536", "guide (M1, M5)", established, has_extent_above<65'536>),
    asked("H2", "rows of inputs and results must be multiples of 64 bytes: a packed layout corrupts others",
          "abr (M5), sky (M3 Max), irm (M3 Pro), rus, h3, lib, tmc, pre; Orion says packed, but did not compare numbers", established,
          has_partial_row),
    asked("H10", "arithmetic in fp32 does not compile: cast to fp16 and back", "abr (M5), irm (M3 Pro)", established,
          first<computes_in_fp32>),
    asked("H10a", "integers are no results, and only int8 is an input: use fp16", "abr (M5), irm (M3 Pro)", established, has_integer_port),
    asked("H5", "a convolution's kernel is at most 15 wide", "guide, abr (M5), forge", established, first<has_kernel_wider_than<15>>),
    asked("H5a", "a convolution's kernel is at most 29 high", "guide, abr, forge", established, first<has_kernel_higher_than_29>),
    asked("6", "the mask of scaled_dot_product_attention is ignored: build attention from its parts", "Orion (M4 Max), maderix",
          established, first<is_masked_attention>),
    asked("14", "every operation must lead to a result: others are an InvalidMILProgram", "Orion (M4 Max), abr (M5)", established,
          has_dead_operation),

    asked("R15", "more than 16 weights in a program are an InvalidMILProgram", "tyrauber (M4); maderix compiled 128 from one file (M4, M5)",
          contested, has_more_than_16_weights),
    asked("H4", "extents above 16384 are refused on some chips; from M4 on, 65536 are taken", "irm, lib, guide", contested,
          has_extent_above<16'384>),
    asked("H5b", "a convolution's kernel is at most 13 wide on M1, 15 from M4 on", "guide, abr, forge", reported,
          first<has_kernel_wider_than<13>>),
    asked("1", "concat is refused; on the innermost axis it gives NaN", "Orion, higgs; maderix, lm, h3, irm and others use it", contested,
          first_of<concat>),
    asked("10", "gelu is refused: its tanh form does the same", "Orion; forge and lib use it with a mode", contested, first_of<gelu>),
    asked("12", "the flags of matmul must be constants of their own, not values within it", "Orion, tmc", contested,
          first<has_inline_flag>),
    asked("13", "a convolution's bias is refused: add it in an operation of its own", "Orion; abr (M5) disagrees", contested,
          first<has_bias>),
    asked("16", "a convolution of 32000 channels is refused", "Orion; maderix ran 32000 (M4), guide 16385 and more", contested,
          first<has_channels_from<32'000>>),
    asked("H10b", "int8 is no input", "irm, in one of two places", contested, has_int8_input),
    asked("H11", "M1 and M2 have no cast: give and take fp16", "PR #6 (M1 Pro); others run casts there", contested, first_of<cast>),
    asked("H13", "reduce_mean may compile and then fail at every evaluation: reduce_sum and a product do the same",
          "abr (M5), h3; irm and Orion use it", contested, first_of<reduce_mean>),
    asked("H14", "this operation is refused", "irm (M3 Pro, 74 operations tried)", contested,
          first_of<sin, cos, tan, asin, acos, sinh, cosh, mod, gather, gather_along_axis, avg_pool, max_pool, logical_and, logical_or,
                   logical_xor, reduce_prod, select>),
    asked("H14a", "exp, log and sqrt are refused", "abr (M5); irm, maderix and Orion use them", contested,
          first_of<exp, log, mil::OpKind::sqrt>),
    asked("H16", "tile makes later evaluations of the process fail", "sky (M3 Max)", reported, first_of<tile>),
    asked("H16a", "the weight of a convolution must be a constant: a computed one is ignored", "sky (M3 Max); rus (M4 Max) disagrees",
          contested, first<has_computed_weight>),

    asked("R17", "rsqrt, log and inverse are refused without an epsilon", "irm (M3 Pro)", reported, first<lacks_epsilon>),
    asked("H8", "the inner extent of matmul is at most 16384", "irm", reported, first<has_long_inner_extent>),
    asked("H8a", "argmax looks at 2048 elements at most", "guide", reported, first<has_long_argmax>),
    asked("H12", "a program of elementwise operations alone may be left to the CPU and refused: it needs a convolution or a product",
          "abr (M5)", reported, has_no_anchor),
    asked("H15", "split, matmul, softmax and tile together fail", "irm (M3 Pro)", reported, mixes_split_matmul_softmax_tile),
    asked("H15a", "a program that only moves data does not compile", "irm (M3 Pro)", reported, only_moves),
    asked("H25", "a slice that begins behind 4094 gives infinity on M1 and M2", "guide", reported, first<begins_far>),
    {"H17", "an unused part that reduces to width 1 breaks compilation", "abr", reported, Keeper::nobody},
    {"H19", "layer_norm fails to compile, depending on its gamma and beta and on the shape", "forge (M1, M5)", reported, Keeper::nobody},
    {"H27", "after a compilation that failed, others fail for 15 s", "guide, forge", reported, Keeper::nobody},
    {"R16", "operations with scalar operands take up one of the 16 weights", "Orion's repository", reported, Keeper::nobody},

    asked("H6", "convolutions of 1, 2 or 4 groups are fast, others are not", "guide, abr", advice, first<has_slow_groups>),
    asked("H7", "weights of one operation above 16 MiB are not streamed; 64 KiB stay in place (the original experiment's 1.2 MB ran)",
          "guide", advice, first<has_weight_above_16_mib>),
    asked("H20", "softmax over channels wants a power of two of them", "Espresso", advice, first<has_odd_softmax>),
    asked("H22", "strided convolutions of one group read at half the bandwidth", "abr", advice, first<is_strided_dense_conv>),
    asked("H23", "from a width of 5120 on, layers take 4.7 times as long", "rus (M4 Max, M5 Max)", advice, first<has_channels_from<5120>>),
    asked("H24", "the innermost extent is fastest in multiples of 64", "h3 (M3 Ultra)", advice, has_row_not_of_64),
    asked("H26", "surfaces have been tried up to 101.4 MB", "solatticus (M4 Pro)", advice, has_port_above_101_mb),
    {"15", "restarting the process costs 50 ms", "Orion", advice, Keeper::nobody},
    {"17", "a 1x1 convolution is three times as fast as the same matmul", "Orion; rus finds the reverse for computed weights", advice,
     Keeper::nobody},

    {"3", "results are bound in the alphabetical order of their names", "Orion, abr, irm", established, Keeper::construction},
    {"19", "inputs are bound in the alphabetical order of their names", "Orion, h3, lib, irm, abr", established, Keeper::construction},
    {"7", "weights are part of a compiled program", "Orion, maderix (M5), lib (M3 Pro); Orion's second version reloads them", contested,
     Keeper::construction},
    {"8", "the first record of a weight file stands at offset 64", "Orion, coremltools", established, Keeper::construction},
    {"9", "the program's text is an NSData of UTF-8", "Orion", established, Keeper::construction},
    {"11", "a program without weights takes an empty dictionary, not nil", "Orion, lib, solatticus", established, Keeper::construction},
    {"H18", "buildInfo stands on one line", "abr", reported, Keeper::construction},
    {"5", "about 119 programs can be compiled in a process", "irm (M3 Pro), PR #23 (M4); solatticus 239 (M4 Pro)", contested,
     Keeper::budget},
    {"H21", "a process holds 55 to 127 loaded programs", "irm, omlx, maderix", contested, Keeper::budget},

    {"2", "results must be surfaces of one size", "Orion; the row rule explains it (H2)", artefact, Keeper::nobody},
    {"4", "surfaces need 49 kB at least", "Orion; the row rule explains it (H2), and the original experiment's 4 kB ran", artefact,
     Keeper::nobody},
    {"18", "inputs must be surfaces of one size", "Orion; the row rule explains it (H2), and h3 binds others", artefact, Keeper::nobody},
    {"20", "surfaces are flat and packed", "Orion; contradicted by numbers that sky and abr compared (H2)", artefact, Keeper::nobody},
    {"H1", "convolutions have exactly 512 channels", "PR #42; a wrong blob header explains it", artefact, Keeper::nobody},
};

}  // namespace catalogue

/// Every rule, the established ones that are asked of programs first.
inline constexpr std::span<const Constraint> constraints{catalogue::constraints};

/// A rule that a program breaks, and where it does so first; 0:0 for the program as a whole.
struct Violation {
  const Constraint* constraint;  ///< one of `constraints`, never null
  mil::Position at;              ///< in the program's text; 0:0 too where the graph was built, not read
};

/// The rules that a function breaks, in the order of the catalogue.
inline std::vector<Violation> violations(const mil::Graph& graph, const mil::Function& function) {
  std::vector<Violation> broken;
  for (const Constraint& constraint : constraints)
    if (constraint.is_predicate())
      if (const predicates::Place place = constraint.broken_at(graph, function)) broken.push_back({&constraint, *place});
  return broken;
}

/// The first established rule that a function breaks, as its place in the catalogue; -1 where there is none. For constant
/// evaluation.
constexpr std::int32_t first_established(const mil::Graph& graph, const mil::Function& function) {
  for (std::size_t i = 0; i < constraints.size(); ++i)
    if (constraints[i].certainty == Certainty::established && constraints[i].is_predicate() &&
        constraints[i].broken_at(graph, function).has_value())
      return static_cast<std::int32_t>(i);
  return -1;
}

}  // namespace anechain::ane

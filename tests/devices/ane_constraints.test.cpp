// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/ane.hpp>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace anechain;

namespace {

using Ids = std::vector<std::string_view>;
using Body = std::function<mil::Value(mil::Body&, mil::Value)>;

/// The rules, advice left out, that a body breaks.
Ids broken_by(const mil::TensorType& input, const Body& body) {
  const mil::Graph graph = trace(input, body);
  Ids ids;
  for (const ane::Violation& violation : ane::violations(graph, graph.functions[0]))
    if (violation.constraint->certainty != ane::Certainty::advice) ids.push_back(violation.constraint->id);
  return ids;
}

bool advises(std::string_view id, const mil::TensorType& input, const Body& body) {
  const mil::Graph graph = trace(input, body);
  return std::ranges::any_of(ane::violations(graph, graph.functions[0]),
                             [&](const ane::Violation& violation) { return violation.constraint->id == id; });
}

constexpr auto fp16 = mil::fp16;
constexpr mil::TensorType plain = mil::tensor(mil::fp16, 1, 64, 1, 32);

mil::Value conv(mil::Body& b, mil::Value x) { return project(b, x, "W", 64); }

template <class K>
bool is_for_the_ane = can_be_run_by<AneDevice, K>();

}  // namespace

TEST_CASE("each rule finds the programs that break it, and no others") {
  CHECK(broken_by(plain, conv) == Ids{});

  CHECK(broken_by(mil::tensor(fp16, 1, 1, 64, 1, 1, 32), [](auto& b, auto x) { return b.relu(x); }) == Ids{"H3", "H12"});
  CHECK(broken_by(mil::tensor(fp16, 1, 64, 1, 65'568), conv) == Ids{"H3a", "H4"});
  CHECK(broken_by(mil::tensor(fp16, 1, 64, 1, 32'768), conv) == Ids{"H4"});
  CHECK(broken_by(mil::tensor(fp16, 1, 64, 1, 16'384), conv) == Ids{});
  CHECK(broken_by(mil::tensor(fp16, 1, 64, 1, 33), conv) == Ids{"H2"});
  CHECK(broken_by(mil::tensor(mil::fp32, 1, 64, 1, 16), [](auto& b, auto x) { return b.relu(x); }) == Ids{"H10", "H12"});
  CHECK(broken_by(mil::tensor(mil::fp32, 1, 64, 1, 16), [](auto& b, auto x) { return b.cast(conv(b, b.cast(x, mil::fp16)), mil::fp32); }) ==
        Ids{"H11"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.cast(conv(b, x), mil::int32); }) == Ids{"H10a", "H11"});
  CHECK(broken_by(mil::tensor(mil::int32, 1, 64, 1, 32), [](auto& b, auto x) { return conv(b, b.cast(x, mil::fp16)); }) ==
        Ids{"H10a", "H11"});
  CHECK(broken_by(mil::tensor(mil::int8, 1, 64, 1, 64), [](auto& b, auto x) { return conv(b, b.cast(x, mil::fp16)); }) ==
        Ids{"H10b", "H11"});

  const auto wide = [](std::int64_t height, std::int64_t width) {
    return broken_by(mil::tensor(fp16, 1, 8, 32, 32), [=](auto& b, auto x) {
      return b.conv(x, b.weight("W", mil::tensor(mil::fp16, 8, 8, height, width)), {.padding = mil::Padding::same});
    });
  };
  CHECK(wide(29, 13) == Ids{});
  CHECK(wide(1, 14) == Ids{"H5b"});
  CHECK(wide(1, 16) == Ids{"H5", "H5b"});
  CHECK(wide(30, 1) == Ids{"H5a"});

  const auto attention = mil::tensor(fp16, 1, 4, 32, 32);
  CHECK(broken_by(attention, [](auto& b, auto x) { return b.scaled_dot_product_attention(x, x, x); }) == Ids{});
  CHECK(broken_by(attention, [](auto& b, auto x) {
          return b.scaled_dot_product_attention(x, x, x, b.weight("mask", mil::tensor(mil::fp16, 1, 1, 32, 32)));
        }) == Ids{"6"});
  CHECK(broken_by(plain, [](auto& b, auto x) {
          b.relu(x);
          return conv(b, x);
        }) == Ids{"14"});

  CHECK(broken_by(plain, [](auto& b, auto x) {
          for (int k = 0; k < 16; ++k) x = project(b, x, std::string{"W"} + std::to_string(k), 64);
          return x;
        }) == Ids{});
  CHECK(broken_by(plain, [](auto& b, auto x) {
          for (int k = 0; k < 17; ++k) x = project(b, x, std::string{"W"} + std::to_string(k), 64);
          return x;
        }) == Ids{"R15"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.gelu(conv(b, x)); }) == Ids{"10"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.reduce_mean(conv(b, x), {1}, true); }) == Ids{"H13"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.exp(conv(b, x)); }) == Ids{"H14a"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.sin(conv(b, x)); }) == Ids{"H14"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.tile(conv(b, x), {1, 2, 1, 1}); }) == Ids{"H16"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.relu(x); }) == Ids{"H12"});
  CHECK(broken_by(plain, [](auto& b, auto x) { return b.reshape(x, {1, 32, 1, 64}); }) == Ids{"H12", "H15a"});
  CHECK(broken_by(mil::tensor(fp16, 1, 8, 1, 8192),
                  [](auto& b, auto x) { return b.slice_by_size(project(b, x, "W", 8), {0, 0, 0, 4096}, {1, 8, 1, 32}); }) == Ids{"H25"});
}

TEST_CASE("advice is told of what it is about") {
  CHECK(advises("H24", plain, conv));
  CHECK_FALSE(advises("H24", mil::tensor(fp16, 1, 64, 1, 64), conv));
  CHECK(advises("H20", mil::tensor(fp16, 1, 48, 1, 64), [](auto& b, auto x) { return b.softmax(x, 1); }));
  CHECK_FALSE(advises("H20", mil::tensor(fp16, 1, 64, 1, 64), [](auto& b, auto x) { return b.softmax(x, 1); }));
  CHECK(advises("H23", mil::tensor(fp16, 1, 5120, 1, 32), [](auto& b, auto x) { return project(b, x, "W", 8); }));
  CHECK(advises("H7", mil::tensor(fp16, 1, 4096, 1, 32), [](auto& b, auto x) { return project(b, x, "W", 4096); }));
}

TEST_CASE("what was taken for a rule and is none is recorded, and refuses nothing") {
  for (const ane::Constraint& constraint : ane::constraints) {
    CAPTURE(constraint.id);
    CHECK_FALSE(constraint.observed.empty());
    CHECK((constraint.broken_at != nullptr) == (constraint.keeper == ane::Keeper::predicate));
    if (constraint.certainty == ane::Certainty::artefact) CHECK(constraint.keeper == ane::Keeper::nobody);
  }
  // The original's smallest: surfaces of 4 kB, 64 channels. "49 kB at least" and "exactly 512 channels" would refuse it.
  CHECK(is_for_the_ane<Conv1x1<64, 32>>);
  CHECK(is_for_the_ane<Conv1x1<256, 64>>);
  CHECK(is_for_the_ane<Conv1x1<768, 256>>);
}

TEST_CASE("the rules have names of their own") {
  std::set<std::string_view> ids;
  for (const ane::Constraint& constraint : ane::constraints) CHECK(ids.insert(constraint.id).second);
}

TEST_CASE("the kernels that come with the library break no established rule, and the check lists what else they break") {
  CHECK(is_for_the_ane<TransformerBlock<64, 192, 2, 32>>);
  CHECK(is_for_the_ane<CausalAttention<64, 2, 32>>);
  CHECK(is_for_the_ane<RmsNorm<64, 32>>);
  CHECK(is_for_the_ane<LayerNorm<64, 32>>);
  CHECK(is_for_the_ane<SwiGlu<64, 192, 32>>);
  CHECK(is_for_the_ane<GeluFeedForward<64, 192, 32>>);

  static_assert(ane::check<Conv1x1<64, 64>>.empty());
  static_assert(ane::check<Conv1x1<64, 32>>.size() == 1);
  static_assert(ane::check<Conv1x1<64, 32>>[0]->id == "H24");
  static_assert(ane::check<Conv1x1<64, 32>>[0]->certainty == ane::Certainty::advice);
}

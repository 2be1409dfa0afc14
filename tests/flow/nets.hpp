// SPDX-License-Identifier: MIT
#pragma once

// Flows of several shapes, and their computations in double precision.

#include <anechain/anechain.hpp>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "reference.hpp"
#include "run_program.hpp"

namespace nets {

using namespace anechain;
using reference::Tensor;

inline constexpr int channels = 12;
inline constexpr int positions = 20;  // rows of 40 bytes: surfaces pad them to 64
inline constexpr auto T = mil::tensor(mil::fp16, 1, channels, 1, positions);

/// Two inputs whose names are not in alphabetical order, two results.
struct Mix {
  static constexpr auto inputs = mil::ports({{"minuend", T}, {"by", T}});
  static constexpr auto body(mil::Body& b, mil::Value minuend, mil::Value by) {
    return mil::results({{"sum", b.add(minuend, by)}, {"difference", b.sub(minuend, by)}});
  }
};

/// A step of the CPU: half of x, and its negative.
struct HalveAndNegate {
  static constexpr auto inputs = mil::ports({{"x", T}});
  static constexpr auto outputs = mil::ports({{"half", T}, {"negative", T}});
  static void run(std::span<const flow::Tensor> in, std::span<const flow::Tensor> out) {
    for (std::int64_t row = 0; row < in[0].rows(); ++row) {
      const auto x = in[0].row<mil::half>(row);
      for (std::size_t i = 0; i < x.size(); ++i) {
        out[0].row<mil::half>(row)[i] = static_cast<mil::half>(static_cast<float>(x[i]) / 2);
        out[1].row<mil::half>(row)[i] = static_cast<mil::half>(-static_cast<float>(x[i]));
      }
    }
  }
};

using Left = Conv1x1<channels, positions>;
using Right = Sigmoid<channels, positions>;
using Wide = Conv1x1<2 * channels, positions, mil::fp16, channels>;

/// Fan-out, two branches, a step of the CPU, a join.
struct Diamond {
  static constexpr auto inputs = flow::ports({{"x", T}});
  static constexpr auto flow(flow::Builder& f, flow::Value x) {
    const flow::Value left = f.run<Left>(x);
    const auto halved = f.on_cpu<HalveAndNegate>(f.run<Right>(x));
    const auto mixed = f.run<Mix, "join">({{"by", halved["half"]}, {"minuend", left}});
    f.ignore(halved["negative"]);
    return flow::results({{"difference", mixed["difference"]}, {"sum", mixed["sum"]}, {"left", left}});
  }
};

/// What three passes leave and find: total = total + x, and the one before it.
struct Accumulated {
  static constexpr auto inputs = flow::ports({{"x", T}});
  static constexpr auto flow(flow::Builder& f, flow::Value x) {
    const flow::Value total = f.carried("total", T);
    const flow::Value before = f.carried("before", T);
    const auto sum = f.run<Mix>(x, total);
    const flow::Value kept = f.run<Right>(total);
    f.next(total, sum["sum"]);
    f.next(before, kept);
    const auto last = f.run<Mix>(before, sum["difference"]);
    f.ignore(last["sum"]);
    return flow::results({{"total", sum["sum"]}, {"y", last["difference"]}});
  }
};

/// A stack of two tensors that comes in and is read in parts, a parameter, and a result that is a part.
struct Stacked {
  static constexpr auto stack = mil::tensor(mil::fp16, 1, 2 * channels, 1, positions);
  static constexpr auto inputs = flow::ports({{"stack", stack}});
  static constexpr auto flow(flow::Builder& f, flow::Value both) {
    const flow::Value shift = f.parameter("shift", T);
    const auto mixed = f.run<Mix>(both.channels(channels, channels), shift);
    f.ignore(mixed["difference"]);
    const flow::Value wide = f.run<Relu<2 * channels, positions>>(both);
    const auto parts = f.run<Mix>({{"minuend", wide.channels(3, channels)}, {"by", mixed["sum"]}});
    f.ignore(parts["sum"]);
    return flow::results({{"y", parts["difference"]}, {"some", wide.channels(channels - 2, 4)}});
  }
};

inline std::vector<double> random_numbers(std::size_t count, std::uint64_t seed) {
  Random random{seed};
  std::vector<double> numbers(count);
  for (double& number : numbers) number = mil::rounded(mil::fp16, random.uniform(-1, 1));
  return numbers;
}

inline Tensor tensor(std::vector<double> data) {
  return {{1, static_cast<std::int64_t>(data.size()) / positions, 1, positions}, std::move(data)};
}

inline Tensor half_of(const Tensor& x) {
  return reference::map(x, [](double number) { return number / 2; });
}
inline Tensor minus(const Tensor& a, const Tensor& b) {
  return reference::add(a, reference::map(b, [](double number) { return -number; }));
}
inline Tensor sigmoid(const Tensor& x) { return reference::map(x, reference::sigmoid); }

/// A few roundings to the 11 bits of fp16.
inline constexpr double tolerance = 4 * 0x1p-11;

inline bool close(const std::vector<double>& got, const Tensor& expected) {
  return run_program::distance(tensor(got), expected) <= tolerance;
}

/// Under every strategy that delivers.
template <class Check>
void with_every_strategy(Check check) {
  check(sequential);
  check(gcd_sequential);
  check(zero_copy);
  check(overlapped<3>);
  check(branches<2>);
  check(branches<4>);
}

}  // namespace nets

// SPDX-License-Identifier: MIT
// Flows that are no rows as contenders: verified, measured, written and read.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/report/json.hpp>
#include <anechain/report/read_json.hpp>

#include <algorithm>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace anechain;

namespace {

constexpr auto T = mil::tensor(mil::fp16, 1, 16, 1, 20);

struct Mix {
  static constexpr auto inputs = mil::ports({{"x", T}, {"by", T}});
  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value by) {
    return mil::results({{"sum", b.add(x, by)}, {"difference", b.sub(x, by)}});
  }
};

/// A step of the CPU that can be told to give something else now and then.
struct Halve {
  static constexpr std::string_view name = "halve";
  static inline bool is_right = true;
  static constexpr auto inputs = mil::ports({{"x", T}});
  static constexpr auto outputs = mil::ports({{"half", T}});
  static void run(std::span<const flow::Tensor> in, std::span<const flow::Tensor> out) {
    static std::size_t calls = 0;
    const float factor = is_right || calls++ % 2 == 0 ? 0.5f : 0.25f;
    for (std::int64_t row = 0; row < in[0].rows(); ++row) {
      const auto x = in[0].row<mil::half>(row);
      const auto half = out[0].row<mil::half>(row);
      for (std::size_t i = 0; i < x.size(); ++i) half[i] = static_cast<mil::half>(static_cast<float>(x[i]) * factor);
    }
  }
};

struct Branching {
  static constexpr auto inputs = flow::ports({{"x", T}});
  static constexpr auto flow(flow::Builder& f, flow::Value x) {
    const flow::Value left = f.run<Conv1x1<16, 20>>(x);
    const flow::Value right = f.on_cpu<Halve>(f.run<Tanh<16, 20>>(x));
    const auto mixed = f.run<Mix>({{"by", right}, {"x", left}});
    const flow::Value total = f.carried("total", T);
    const auto accumulated = f.run<Mix>(mixed["sum"], total);
    f.next(total, accumulated["difference"]);
    const flow::Value part = f.run<Relu<8, 20>>(left.channels(4, 8));
    return flow::results({{"y", accumulated["sum"]}, {"z", mixed["difference"]}, {"part", part}});
  }
};
using Net = Flow<Branching>;

/// Copies, but for every third move.
struct Forgetful {
  static constexpr transfer::Link link = transfer::Link::two_surfaces;
  static constexpr bool delivers = true;
  static inline std::size_t moves = 0;
  template <Surface S>
  static void move(S& from, S& to) {
    if (++moves % 3 != 0) transfer::Memcpy::move(from, to);
  }
};
struct LosesSome : Strategy<Forgetful, executor::Inline> {
  static constexpr std::string_view name = "loses_some";
};

const Protocol few = Protocol{}.with_rounds(2);

}  // namespace

TEST_CASE("a flow is verified and measured under every strategy") {
  HostDevice device;
  Experiment experiment{device,
                        baseline<Net>(run_only),
                        contender<Net>(sequential),
                        contender<Net>(transfer_only),
                        contender<Net>(gcd_serial),
                        contender<Net>(gcd_sequential),
                        contender<Net>(zero_copy),
                        contender<Net>(overlapped<2>),
                        contender<Net>(branches<2>)};
  const Measurement measurement = experiment.measure({.protocol = few});
  for (const MeasuredContender& contender : measurement.contenders) {
    CAPTURE(contender.name);
    CHECK(contender.ok());
    REQUIRE(contender.flow.wiring);
    // right and left to the mix, its sum, and the channels; the carried value
    CHECK(contender.flow.links() == 5);
    CHECK(contender.flow.link_bytes() == 4 * T.packed_bytes() + T.packed_bytes() / 2);
  }
}

TEST_CASE("a link of a flow that is not moved, and a step that gives something else, have no timing") {
  HostDevice device;
  Experiment lossy{device, baseline<Net>(run_only), contender<Net>(LosesSome{})};
  const Measurement lost = lossy.measure({.protocol = few});
  CHECK(lost.contenders[0].ok());
  CHECK_FALSE(lost.contenders[1].ok());
  CHECK(lost.contenders[1].failure->find("did not move its data") != std::string::npos);

  Halve::is_right = false;
  Experiment wrong{device, baseline<Net>(sequential)};
  const Measurement measurement = wrong.measure({.protocol = few});
  Halve::is_right = true;
  CHECK_FALSE(measurement.contenders[0].ok());
  CHECK(measurement.contenders[0].failure->starts_with("step 2 (halve) gave"));
}

TEST_CASE("kernels of several ports and links of any shape come back from a report's file") {
  SimulatedDevice device;
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(zero_copy)};
  experiment.add<Repeat<Conv1x1<16, 20>, 3>>(run_only, zero_copy);
  const Report report = experiment.run({.protocol = few, .baselines = {"Conv1x1*run_only"}});
  std::stringstream file;
  report::json(file, report);
  const Report read = report::read_json(file.str());
  REQUIRE(read.measurements.size() == 1);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(difference(read.measurements[0].contenders[i], report.measurements[0].contenders[i]) == Difference::none);
  CHECK(read.measurements[0].contenders[0].flow.programs[2].inputs.size() == 2);
  CHECK_FALSE(read.measurements[0].contenders[2].flow.wiring);
}

namespace {

/// The same kernels, once in a row and once side by side.
struct InARow {
  static constexpr auto input = T;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) { return f.run<Tanh<16, 20>>(f.run<Conv1x1<16, 20>>(x)); }
};
struct SideBySide {
  static constexpr auto inputs = flow::ports({{"x", T}});
  static constexpr auto flow(flow::Builder& f, flow::Value x) {
    const flow::Value left = f.run<Conv1x1<16, 20>>(x);
    return flow::results({{"left", left}, {"right", f.run<Tanh<16, 20>>(x)}});
  }
};

}  // namespace

TEST_CASE("flows of the same kernels are of one group only if they are wired in the same way") {
  SimulatedDevice device;
  Experiment experiment{device, baseline<Flow<InARow>>(run_only)};
  experiment.add<Flow<SideBySide>>(run_only);
  experiment.add<Chain<Conv1x1<16, 20>, Tanh<16, 20>>>(zero_copy);  // a row, too
  const Measurement measurement = experiment.measure({.protocol = few});
  REQUIRE(measurement.contenders.size() == 3);
  CHECK(measurement.contenders[1].baseline == 1);
  CHECK(measurement.contenders[2].baseline == 0);
}

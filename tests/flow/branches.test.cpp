// SPDX-License-Identifier: MIT
// Independent nodes of one pass at once: that they are in flight together, and what becomes of a failure beside others.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <atomic>
#include <latch>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace anechain;

namespace {

constexpr auto T = mil::tensor(mil::fp16, 1, 16, 1, 20);

struct Sum {
  static constexpr auto inputs = mil::ports({{"x", T}, {"y", T}});
  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value y) { return mil::results({{"sum", b.add(x, y)}}); }
};

/// Two branches that do not depend on each other, and what joins them.
struct Fork {
  static constexpr auto input = T;
  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {
    const flow::Value left = f.run<Relu<16, 20>>(x);
    const flow::Value right = f.run<Tanh<16, 20>>(x);
    return f.run<Sum>(left, right);
  }
};

/// The host, on which an evaluation of relu or tanh goes on only when another one has begun.
class Meeting {
 public:
  using Surface = host::Surface;
  using Program = host::Program;
  struct Request {
    host::Request request;
    bool meets;
    bool fails;
  };

  std::string name() const { return "host, two at once"; }
  Surface surface(const mil::TensorType& type) const { return host_.surface(type); }
  Program compile(std::string_view text, std::span<const std::byte> blob) {
    const bool meets = text.find("add(") == std::string_view::npos;
    meets_.push_back(meets);
    fails_.push_back(text.find("tanh(") != std::string_view::npos && tanh_fails);
    return host_.compile(text, blob);
  }
  Request request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) {
    const std::size_t kernel = next_++ % meets_.size();
    return {host_.request(program, inputs, outputs), meets_[kernel], fails_[kernel]};
  }
  void evaluate(Request& request) {
    const int now = ++in_flight;
    for (int most = most_in_flight; now > most && !most_in_flight.compare_exchange_weak(most, now);) {
    }
    if (request.meets) meeting->arrive_and_wait();  // for ever, if there is no other
    if (request.fails) {
      --in_flight;
      throw EvaluateError("tanh fails");
    }
    host_.evaluate(request.request);
    --in_flight;
  }
  std::chrono::nanoseconds now() const { return host_.now(); }

  bool tanh_fails = false;
  std::unique_ptr<std::latch> meeting;
  std::atomic<int> in_flight{0};
  std::atomic<int> most_in_flight{0};

 private:
  HostDevice host_;
  std::vector<bool> meets_;
  std::vector<bool> fails_;
  std::size_t next_ = 0;
};

}  // namespace

TEST_CASE("two branches of one pass are in flight at once") {
  Meeting device;
  auto net = Flow<Fork>::compile(device, zeros);
  auto pass = net.bind(branches<2>);
  const std::vector<float> x(16 * 20, 0.5f);
  pass.input(x);
  for (int i = 0; i < 50; ++i) {
    device.meeting = std::make_unique<std::latch>(2);
    pass.run();
  }
  CHECK(device.most_in_flight == 2);
  HostDevice host;
  auto plain = Flow<Fork>::compile(host, zeros);
  auto expected = plain.bind(sequential);
  expected.input(x);
  expected.run();
  CHECK(pass.output() == expected.output());
}

TEST_CASE("a failure in one branch reaches the caller after the other is done, and the pass can be run again") {
  Meeting device;
  device.tanh_fails = true;
  auto net = Flow<Fork>::compile(device, zeros);
  auto pass = net.bind(branches<3>);
  for (int i = 0; i < 20; ++i) {
    device.meeting = std::make_unique<std::latch>(2);
    try {
      pass.run();
      FAIL("it must fail");
    } catch (const PassError& error) {
      CHECK(error.kernel == 1);
      CHECK(error.cause == "tanh fails");
    }
    CHECK(device.in_flight == 0);  // nothing runs any more
  }
}

TEST_CASE("a chain under branches computes what it does under others, and what was not run is not waited for") {
  HostDevice device;
  using Net = Repeat<Conv1x1<16, 20>, 6>;
  auto chain = Net::compile(device, identity);
  auto pass = chain.bind(branches<2>);
  std::vector<float> x(16 * 20);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7);
  pass.input(x);
  for (int i = 0; i < 100; ++i) pass.run();
  CHECK(pass.output() == x);
}

// SPDX-License-Identifier: MIT
// How fast the host device computes, on one thread: chains of twelve kernels beside the same work done by hand with the libraries
// that were found, and beside the multiply-adds that a core can do at most. Every result is compared with a reference in double
// precision before it is timed.
//   host_compute [RESULTS.json]
#include <benchmark/benchmark.h>

#include <anechain/anechain.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "host_peers.hpp"
#include "results.hpp"
#include "samples.hpp"

using namespace anechain;

namespace {

constexpr std::size_t length = 12;

using Numbers = std::vector<double>;

// [rows, depth] * [depth, columns]
Numbers product(const Numbers& a, const Numbers& b, std::size_t rows, std::size_t columns, std::size_t depth) {
  Numbers c(rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < depth; ++k)
      for (std::size_t j = 0; j < columns; ++j) c[i * columns + j] += a[i * depth + k] * b[k * columns + j];
  return c;
}

Numbers transposed(const Numbers& x, std::size_t rows, std::size_t columns) {
  Numbers y(x.size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) y[j * rows + i] = x[i * columns + j];
  return y;
}

struct Network {
  std::string name;
  std::size_t channels, positions, hidden = 0, heads = 0;  // no heads: convolutions

  mil::TensorType type() const {
    return mil::tensor(mil::fp16, 1, static_cast<std::int64_t>(channels), 1, static_cast<std::int64_t>(positions));
  }
  flow::Traced chain() const {
    const auto body = [this](mil::Body& b, mil::Value x) {
      if (heads == 0) return project(b, x, "W", static_cast<std::int64_t>(channels));
      return transformer_block(b, x, static_cast<std::int64_t>(hidden), static_cast<std::int64_t>(heads));
    };
    return {name, [&](flow::Tracer& f) {
              flow::Value x = f.input({"x", type()});
              for (std::size_t k = 0; k < length; ++k) x = f.run(name, body, x);
              return x;
            }};
  }
};

// The weights that a kernel has, as numbers.
struct NamedWeights {
  WeightBlobs& blobs;
  std::size_t kernel;

  template <class Number = float>
  std::vector<Number> operator()(const char* name) const {
    const auto bytes = blobs.tensor(kernel, name);
    std::vector<Number> numbers(bytes.size() / sizeof(mil::half));
    mil::decode(mil::fp16, bytes.data(), numbers.data(), numbers.size());
    return numbers;
  }
};

Numbers reference(const Network& network, WeightBlobs& blobs, Numbers x) {
  const std::size_t c = network.channels, s = network.positions;
  const auto norm = [&](const Numbers& from, const Numbers& gain) {
    Numbers to(from.size());
    for (std::size_t p = 0; p < s; ++p) {
      double squares = 0;
      for (std::size_t i = 0; i < c; ++i) squares += from[i * s + p] * from[i * s + p];
      const double factor = 1 / std::sqrt(squares / static_cast<double>(c) + 1e-5);
      for (std::size_t i = 0; i < c; ++i) to[i * s + p] = from[i * s + p] * factor * gain[i];
    }
    return to;
  };
  for (std::size_t k = 0; k < length; ++k) {
    const auto weight = [&, named = NamedWeights{blobs, k}](const char* name) { return named.operator()<double>(name); };
    if (network.heads == 0) {
      x = product(weight("W"), x, c, s, c);
      continue;
    }
    const std::size_t width = c / network.heads;
    const Numbers y = norm(x, weight("attention_norm"));
    const Numbers q = product(weight("wq"), y, c, s, c), key = product(weight("wk"), y, c, s, c), v = product(weight("wv"), y, c, s, c);
    Numbers mixed(c * s);
    for (std::size_t h = 0; h < network.heads; ++h)
      for (std::size_t at = 0; at < s; ++at) {
        Numbers share(at + 1);
        double sum = 0;
        for (std::size_t seen = 0; seen <= at; ++seen) {
          for (std::size_t i = h * width; i < (h + 1) * width; ++i) share[seen] += q[i * s + at] * key[i * s + seen];
          sum += share[seen] = std::exp(share[seen] / std::sqrt(static_cast<double>(width)));
        }
        for (std::size_t i = h * width; i < (h + 1) * width; ++i)
          for (std::size_t seen = 0; seen <= at; ++seen) mixed[i * s + at] += share[seen] / sum * v[i * s + seen];
      }
    const Numbers attended = product(weight("wo"), mixed, c, s, c);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += attended[i];
    const Numbers z = norm(x, weight("feed_forward_norm"));
    Numbers gate = product(weight("w1"), z, network.hidden, s, c);
    const Numbers up = product(weight("w3"), z, network.hidden, s, c);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] *= up[i] / (1 + std::exp(-gate[i]));
    const Numbers fed = product(weight("w2"), gate, c, s, network.hidden);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += fed[i];
  }
  return x;
}

// Largest difference, as a share of the largest number.
double distance(const Numbers& got, const Numbers& expected) {
  double difference = 0, most = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (!std::isfinite(got[i])) return INFINITY;
    difference = std::max(difference, std::abs(got[i] - expected[i]));
    most = std::max(most, std::abs(expected[i]));
  }
  return difference / most;
}

// Twelve kernels round to 11 bits, each many times within: far below what a wrong kernel would give.
constexpr double tolerance = 0.01;

struct Entry {
  std::string work, name;
  double operations;  // floating-point operations of one run
  std::function<void()> run;
  bool several_threads = false;
};

constexpr std::string_view ours = "anechain";
constexpr std::string_view ours_twice = "anechain, two threads";

std::vector<std::unique_ptr<peers::Peer>> peers_of(const Network& network, WeightBlobs& blobs) {
  const int channels = static_cast<int>(network.channels), positions = static_cast<int>(network.positions);
  if (network.heads == 0) {
    peers::Convolutions convolutions{channels, positions, {}};
    for (std::size_t k = 0; k < length; ++k) convolutions.weights.push_back(NamedWeights{blobs, k}("W"));
    return peers::peers_of(convolutions);
  }
  peers::Transformer transformer{channels, positions, static_cast<int>(network.hidden), static_cast<int>(network.heads), {}};
  for (std::size_t k = 0; k < length; ++k) {
    const NamedWeights weight{blobs, k};
    transformer.layers.push_back({weight("attention_norm"), weight("wq"), weight("wk"), weight("wv"), weight("wo"),
                                  weight("feed_forward_norm"), weight("w1"), weight("w2"), weight("w3")});
  }
  return peers::peers_of(transformer);
}

// What a function makes, for those who share it; it need not be movable.
template <class Make>
auto shared(Make make) {
  using Made = decltype(make());
  return std::shared_ptr<Made>(new Made(make()));
}

void add(const Network& network, std::vector<Entry>& entries) {
  const auto chain = shared([&] { return network.chain(); });
  WeightBlobs blobs{chain->kernels(), random_weights(42)};
  Random random{7};
  std::vector<float> x(network.channels * network.positions);
  for (float& number : x) number = static_cast<float>(static_cast<mil::half>(random.uniform(-1, 1)));
  const Numbers expected = reference(network, blobs, {x.begin(), x.end()});
  double operations = 0;
  for (const KernelFacts& kernel : chain->kernels()) operations += static_cast<double>(kernel.flops);

  const auto accept = [&](std::string_view name, const Numbers& got, std::function<void()> run) {
    const double wrong = distance(got, expected);
    std::printf("%-16s %-24s differs from the reference by %.2g\n", network.name.c_str(), name.data(), wrong);
    if (!(wrong <= tolerance)) throw std::runtime_error(network.name + ", " + std::string{name} + ": the result is wrong");
    entries.push_back({network.name, std::string{name}, operations, std::move(run), name == ours_twice});
  };
  for (const std::string_view name : {ours, ours_twice}) {
    const auto host = std::make_shared<HostDevice>(name == ours ? 1 : 2);
    const auto compiled = shared([&] { return CompiledFlow<HostDevice>{*host, chain->facts(), blobs}; });
    const auto pass = shared([&] { return compiled->bind(zero_copy); });
    pass->input(x);
    pass->run();
    accept(name, pass->template output<double>(), [chain, host, compiled, pass] { pass->run(); });
  }

  const Numbers by_position = transposed({x.begin(), x.end()}, network.channels, network.positions);
  const auto input = std::make_shared<std::vector<mil::half>>(by_position.begin(), by_position.end());
  for (std::unique_ptr<peers::Peer>& found : peers_of(network, blobs)) {
    const std::shared_ptr<peers::Peer> peer = std::move(found);
    const auto output = std::make_shared<std::vector<mil::half>>(input->size());
    peer->run(input->data(), output->data());
    accept(peer->name, transposed({output->begin(), output->end()}, network.positions, network.channels),
           [=] { peer->run(input->data(), output->data()); });
  }
}

// What was measured of one entry.
struct Timed {
  const Entry& entry;
  double seconds;

  double rate() const { return entry.operations / seconds; }
};

std::string full_name(const Entry& entry) { return entry.work + ", " + entry.name + (entry.several_threads ? "/real_time" : ""); }

std::vector<Timed> measure(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    benchmark::internal::Benchmark* const made =
        benchmark::RegisterBenchmark((entry.work + ", " + entry.name).c_str(), [&entry](benchmark::State& state) {
          for ([[maybe_unused]] auto _ : state) entry.run();
        });
    if (entry.several_threads) made->UseRealTime();
  }
  const Samples samples = run_benchmarks(12, 0.1);
  std::vector<Timed> timed;
  for (const Entry& entry : entries) timed.push_back({entry, best(samples.at(full_name(entry)))});
  return timed;
}

// The fastest of the others at the same work; nothing where none is installed.
const Timed* fastest_peer(const std::vector<Timed>& all, const std::string& work) {
  const Timed* fastest = nullptr;
  for (const Timed& one : all)
    if (one.entry.work == work && !one.entry.name.starts_with(ours) && (fastest == nullptr || one.seconds < fastest->seconds))
      fastest = &one;
  return fastest;
}

void report(const std::vector<Timed>& all, double peak, Results& results) {
  Results::Rows rows{{"twelve of", "by", "a kernel", "GFLOP/s", "of the core's peak", "speed, of the fastest other's"}};
  for (const Timed& one : all) {
    const Timed* const peer = fastest_peer(all, one.entry.work);
    rows.push_back({one.entry.work, one.entry.name, fixed(one.seconds / length * 1e6) + " us", fixed(one.rate() * 1e-9, 1),
                    fixed(one.rate() / peak), peer == nullptr ? "" : fixed(peer->seconds / one.seconds)});
    if (one.entry.name != ours) continue;
    if (peer != nullptr)
      results.goal("the host runs " + one.entry.work + " at 0.95 or more of the fastest peer's speed",
                   fixed(peer->seconds / one.seconds) + " (" + peer->entry.name + ")", peer->seconds / one.seconds >= 0.95);
    if (one.entry.work == "conv 256x64" || one.entry.work == "conv 768x256")
      results.goal("the host runs " + one.entry.work + " at 0.85 or more of the core's peak", fixed(one.rate() / peak),
                   one.rate() / peak >= 0.85);
  }
  results.table("host_compute", rows);
}

void run(int argc, char** argv) {
  peers::use_one_thread();
  std::vector<Entry> entries;
  for (const Network& network : {Network{"conv 64x32", 64, 32}, Network{"conv 256x64", 256, 64}, Network{"conv 768x256", 768, 256},
                                 Network{"layers 288x64", 288, 64, 768, 6}, Network{"layers 768x64", 768, 64, 2048, 12}})
    add(network, entries);
  constexpr long rounds = 100'000;
  entries.push_back({"peak", "multiply-adds", 2 * peers::multiply_add(rounds), [] { peers::multiply_add(rounds); }});

  std::vector<Timed> timed = measure(entries);
  const double peak = timed.back().rate();
  timed.pop_back();
  Results results;
  std::printf("\n%s, one thread; a core's peak: %.1f GFLOP/s in single precision\n", HostDevice{}.name().c_str(), peak * 1e-9);
  report(timed, peak, results);
  for (const auto& [library, version] : peers::versions()) results.version(library, version);
  results.version("host", HostDevice{}.name() + ", " + fixed(peak * 1e-9, 1) + " GFLOP/s at most");
  results.write(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  return run_program([&] { run(argc, argv); });
}

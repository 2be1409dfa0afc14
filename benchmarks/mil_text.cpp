// SPDX-License-Identifier: MIT
// How fast is MIL text read, checked and printed, and in how much memory? Texts of about a megabyte: a fused transformer of many
// layers, which is names and operations, and a table of numbers in hexadecimal.
#include "results.hpp"

#include <anechain/core.hpp>
#include <anechain/flow/traced.hpp>
#include <anechain/mil/check.hpp>
#include <anechain/mil/fp16.hpp>

#include <anechain/support/random.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <vector>

using namespace anechain;

namespace {

std::size_t allocated = 0;
std::size_t most_allocated = 0;

constexpr std::size_t header = alignof(std::max_align_t);

void* take(std::size_t size) {
  auto* const block = static_cast<std::byte*>(std::malloc(size + header));
  if (block == nullptr) throw std::bad_alloc{};
  *reinterpret_cast<std::size_t*>(block) = size;
  allocated += size;
  most_allocated = std::max(most_allocated, allocated);
  return block + header;
}

void give_back(void* memory) {
  if (memory == nullptr) return;
  std::byte* const block = static_cast<std::byte*>(memory) - header;
  allocated -= *reinterpret_cast<std::size_t*>(block);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }

namespace {

std::string layers() {
  const auto block = [](mil::Body& b, mil::Value x) { return transformer_block(b, x, 768, 6); };
  const flow::Traced chain{"", [&](flow::Tracer& f) {
                             flow::Value x = f.input({"x", mil::tensor(mil::fp16, 1, 288, 1, 64)});
                             for (int k = 0; k < 160; ++k) x = f.run("block", block, x);
                             return x;
                           }};
  return std::string{chain.fused().kernels()[0].text};
}

std::string numbers() {
  std::string text =
      "program(1.3) { func main<ios18>(tensor<fp16, [80000]> x) { tensor<fp16, [80000]> w = const()[val = tensor<fp16, [80000]>([";
  Random random{1};
  char spelt[40];
  for (int i = 0; i < 80000; ++i) {
    std::snprintf(spelt, sizeof spelt, "%s%a", i == 0 ? "" : ", ", static_cast<double>(static_cast<mil::half>(random.uniform(-2, 2))));
    text += spelt;
  }
  return text + "])]; tensor<fp16, [80000]> y = mul(x = x, y = w); } -> (y); }";
}

// The fastest of some runs, as MB of text a second.
double rate(std::size_t bytes, auto run) {
  using clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 20; ++i) {
    const auto start = clock::now();
    run();
    best = std::min(best, std::chrono::duration<double>(clock::now() - start).count());
  }
  return static_cast<double>(bytes) / best / 1e6;
}

std::vector<std::string> measured(const char* name, const std::string& text) {
  const std::size_t before = allocated;
  most_allocated = allocated;
  const mil::Graph graph = mil::parse(text);
  const auto factor = static_cast<double>(most_allocated - before) / static_cast<double>(text.size());
  const std::string printed = mil::print(graph, mil::Dialect::ios18);
  require(mil::print(mil::parse(printed), mil::Dialect::ios18) == printed, "what is printed is not read as the same");
  const double parse = rate(text.size(), [&] { mil::parse(text); });
  const bool many = graph.operations.size() > 100;  // a check looks at operations
  const double check = rate(text.size(), [&] { mil::check(graph); });
  const double print = rate(printed.size(), [&] { mil::print(graph, mil::Dialect::ios18); });
  return {name,
          fixed(static_cast<double>(text.size()) / 1e6),
          fixed(parse, 0),
          many ? fixed(check, 0) : std::string{},
          fixed(print, 0),
          fixed(factor, 1)};
}

}  // namespace

int main(int argc, char** argv) {
  return run_program([&] {
    Results results;
    results.table("mil_text", {{"text", "MB", "parse [MB/s]", "check [MB/s]", "print [MB/s]", "memory to parse, of the text's"},
                               measured("layers", layers()),
                               measured("numbers", numbers())});
    results.write(argc, argv);
  });
}

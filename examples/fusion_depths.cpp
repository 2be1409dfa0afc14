// SPDX-License-Identifier: MIT
// Twelve layers as 1, 2, 3, 4, 6 or 12 programs: how much does each further cut of the network cost? All six are measured in one run, in
// turns.
//   fusion_depths [PICTURE.svg]
#include <anechain/anechain.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <vector>

using namespace anechain;

namespace {

using Layer = Conv1x1<64, 32>;

// A kernel that is so many layers in one program. Its body is applied again and again; `enter` gives each layer's weights a name.
template <std::size_t Depth>
struct Layers {
  static constexpr auto input = Layer::input;

  static constexpr mil::Value body(mil::Builder& b, mil::Value x) {
    for (std::size_t layer = 0; layer < Depth; ++layer) {
      b.enter(layer);
      x = Layer::body(b, x);
      b.leave();
    }
    return x;
  }
};

template <std::size_t Programs>
using TwelveLayersAs = Repeat<Layers<12 / Programs>, Programs>;

struct Depth {
  std::size_t programs;
  double pass_us;
};

template <std::size_t... Programs, class D>
std::vector<Depth> measure(D& device) {
  ChainLengths<RunOnly, Sequential> cuts;
  (cuts.add("12 layers as " + std::to_string(Programs), TwelveLayersAs<Programs>{}, {Programs}), ...);
  const Sweep sweep = cuts.run(device, {.protocol = Protocol::quick().for_sweep(200)});
  const std::vector<double> pass_us = scale(sweep).pass_us;
  std::vector<Depth> depths;
  for (std::size_t i = 0; i < sweep.cells.size(); ++i)
    if (sweep.cells[i].length == 1 || sweep.strategies[i].name == Sequential::name)  // one program has no link to copy over
      depths.push_back({sweep.cells[i].length, pass_us[i]});
  return depths;
}

void draw(std::ostream& out, const std::vector<Depth>& depths) {
  const double most = std::ranges::max(depths, {}, &Depth::pass_us).pass_us;
  out << R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 240" font-family="sans-serif" font-size="13">)"
      << R"(<text x="16" y="22">microseconds a pass of twelve layers, by the number of programs</text>)";
  double y = 40;
  for (const Depth& depth : depths) {
    const double width = 360 * depth.pass_us / most;
    out << "<text x=\"40\" y=\"" << y + 16 << "\" text-anchor=\"end\">" << depth.programs << "</text>"
        << "<rect x=\"50\" y=\"" << y << "\" width=\"" << width << "\" height=\"22\" fill=\"#4477aa\"/>"
        << "<text x=\"" << 56 + width << "\" y=\"" << y + 16 << "\">" << std::fixed << std::setprecision(2) << depth.pass_us << "</text>";
    y += 32;
  }
  out << "</svg>\n";
}

}  // namespace

int main(int argc, char** argv) {
  HostDevice device;
  const std::vector<Depth> depths = measure<1, 2, 3, 4, 6, 12>(device);
  std::cout << "programs   pass [us]   more than as one\n" << std::fixed << std::setprecision(2);
  for (const Depth& depth : depths)
    std::cout << std::setw(8) << depth.programs << std::setw(12) << depth.pass_us << std::setw(12) << depth.pass_us - depths.front().pass_us
              << '\n';
  if (argc < 2) return 0;
  std::ofstream file(argv[1]);
  draw(file, depths);
  if (file.flush()) return 0;
  std::cerr << "cannot write " << argv[1] << '\n';
  return 1;
}

// SPDX-License-Identifier: MIT
// Twelve layers as 1, 2, 3, 4, 6 or 12 programs: how much does each further cut of the network cost? All six compute the same kernels, so
// they are one group, and take turns in one experiment.
//   fusion_depths [PICTURE.svg]
#include <anechain/anechain.hpp>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <vector>

using namespace anechain;

namespace {

using Layer = Conv1x1<64, 32>;

template <class Chain>
struct FusedInto;
template <class... Layers>
struct FusedInto<Chain<Layers...>> {
  using type = Fuse<Layers...>;
};

// So many programs of equal depth.
template <std::size_t Programs>
using TwelveLayersAs = Repeat<typename FusedInto<Repeat<Layer, 12 / Programs>>::type, Programs>;

void draw(std::ostream& out, const Measurement& measurement, const Estimates& estimates) {
  double most = 0;
  for (const auto& estimate : estimates.contenders) most = std::max(most, estimate->pass_us.median);
  out << R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 240" font-family="sans-serif" font-size="13">)"
      << R"(<text x="16" y="22">twelve layers by the number of programs [µs/pass]</text>)";
  double y = 40;
  for (std::size_t c = 0; c < measurement.contenders.size(); ++c) {
    const double us = estimates.contenders[c]->pass_us.median;
    const double width = 360 * us / most;
    out << "<text x=\"40\" y=\"" << y + 16 << "\" text-anchor=\"end\">" << measurement.contenders[c].flow.programs.size() << "</text>"
        << "<rect x=\"50\" y=\"" << y << "\" width=\"" << width << "\" height=\"22\" fill=\"#4477aa\"/>"
        << "<text x=\"" << 56 + width << "\" y=\"" << y + 16 << "\">" << std::fixed << std::setprecision(2) << us << "</text>";
    y += 32;
  }
  out << "</svg>\n";
}

}  // namespace

int main(int argc, char** argv) {
  HostDevice device;
  Experiment cuts{device,
                  baseline<TwelveLayersAs<1>, "1 program">(run_only),
                  contender<TwelveLayersAs<2>, "2 programs">(sequential),
                  contender<TwelveLayersAs<3>, "3 programs">(sequential),
                  contender<TwelveLayersAs<4>, "4 programs">(sequential),
                  contender<TwelveLayersAs<6>, "6 programs">(sequential),
                  contender<TwelveLayersAs<12>, "12 programs">(sequential)};
  const Report report = cuts.run({.protocol = Protocol::quick()});
  report::print(std::cout, report);
  if (!report.ok()) return 1;
  if (argc < 2) return 0;
  std::ofstream file(argv[1]);
  draw(file, report.measurements.front(), estimate(report.measurements.front()));
  if (file.flush()) return 0;
  std::cerr << "cannot write " << argv[1] << '\n';
  return 1;
}

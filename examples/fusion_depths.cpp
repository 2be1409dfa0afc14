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

using Net = Repeat<Conv1x1<64, 32>, 12>;  // its nodes are called Conv1x1, Conv1x1_1, ... Conv1x1_11

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
                  baseline<Net::Fused, "1 program">(run_only),
                  contender<Net::Cut<"Conv1x1_6">, "2 programs">(sequential),
                  contender<Net::Cut<"Conv1x1_4", "Conv1x1_8">, "3 programs">(sequential),
                  contender<Net::Cut<"Conv1x1_3", "Conv1x1_6", "Conv1x1_9">, "4 programs">(sequential),
                  contender<Net::Cut<"Conv1x1_2", "Conv1x1_4", "Conv1x1_6", "Conv1x1_8", "Conv1x1_10">, "6 programs">(sequential),
                  contender<Net, "12 programs">(sequential)};
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

// Twelve kernels in a row: compiled, given an input, run, read back.
#include <anechain/anechain.hpp>

#include <iostream>
#include <vector>

int main() {
  using namespace anechain;

  using Net = Repeat<Conv1x1<64, 32>, 12>;  // a chain that does not fit together would not compile

  HostDevice device;
  auto chain = Net::compile(device, random_weights(42));
  auto pass = chain.bind(sequential);

  pass.input(std::vector<float>(64 * 32, 1.0f));
  pass.run();
  const std::vector<float> y = pass.output();

  std::cout << Net::length << " kernels, " << mil_text<Conv1x1<64, 32>>.size() << " bytes of MIL each, y[0] = " << y[0] << '\n';
}

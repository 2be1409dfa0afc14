// A program outside of anechain's tree: whatever way it was found, it must work the same.
#include <anechain/anechain.hpp>

#include <cstdlib>
#include <vector>

int main() {
  using namespace anechain;
  HostDevice device;
  auto chain = Repeat<Conv1x1<16, 8>, 3>::compile(device, identity);
  auto pass = chain.bind(sequential);
  const std::vector<float> x(16 * 8, 1.5f);
  pass.input(x);
  pass.run();
  return pass.output() == x ? EXIT_SUCCESS : EXIT_FAILURE;
}

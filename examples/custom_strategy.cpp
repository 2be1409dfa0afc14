// SPDX-License-Identifier: MIT
// A strategy of one's own: a transfer that copies the numbers of each row and leaves the padding out, set beside the copy of whole
// surfaces. Rows of 24 numbers take 48 of 64 bytes here, so a quarter of what a plain copy moves is padding.
#include <anechain/anechain.hpp>

#include <cstring>
#include <iostream>

using namespace anechain;

// A transfer says how many surfaces a link has, whether it delivers, and how to move. A copy that loses something does not get as far as
// being timed: every link is verified bit for bit.
struct WithoutPadding {
  static constexpr transfer::Link link = transfer::Link::two_surfaces;
  static constexpr bool delivers = true;

  template <Surface S>
  static void move(S& from, S& to) {
    const mil::TensorType type = from.type();
    const auto row_bytes = static_cast<std::size_t>(type.row_bytes());
    const auto packed = static_cast<std::size_t>(type.row_elements() * mil::facts(type.dtype).bits / 8);
    const auto reading = from.lock(Access::read);
    const auto writing = to.lock(Access::write);
    for (std::size_t row = 0; row < reading.bytes().size(); row += row_bytes)
      std::memcpy(writing.bytes().data() + row, reading.bytes().data() + row, packed);
  }
};

// With who submits it is a strategy; its name is what the report calls it.
struct SequentialWithoutPadding : Strategy<WithoutPadding, executor::Inline> {
  static constexpr std::string_view name = "without_padding";
};

int main() {
  using Net = Repeat<Conv1x1<64, 24>, 12>;

  HostDevice device;
  Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), contender<Net>(SequentialWithoutPadding{})};
  report::print(std::cout, experiment.run({.protocol = Protocol::quick()}));

  // On a simulated engine, here without noise, every transfer that delivers is charged what a copy costs there: nothing has to be declared.
  const simulated::Costs& costs = simulated::preset("m4-max")->costs;
  SimulatedDevice engine{costs};
  Experiment planned{engine, baseline<Net>(run_only), contender<Net>(sequential), contender<Net>(SequentialWithoutPadding{})};
  const Estimates found = estimate(planned.measure({.protocol = Protocol{}.with_rounds(8)}));
  std::cout << "\non an engine like an M4 Max a copy costs " << report::digits(costs.link_us(64 * 24 * 2 / 1e6))
            << " µs; found: sequential " << report::digits(found.contenders[1]->contrast->per_link_us()) << " µs, without_padding "
            << report::digits(found.contenders[2]->contrast->per_link_us()) << " µs\n";
}

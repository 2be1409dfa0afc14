// SPDX-License-Identifier: MIT
// expect-error: this is not an Executor: it needs lanes, hops, description
#include <anechain/anechain.hpp>

using namespace anechain;

class Mine {
 public:
  static constexpr std::size_t lanes = 1;
#ifdef CONTROL
  static constexpr executor::Hops hops = executor::Hops::none;
#endif
  static constexpr std::string_view description = "mine";
  explicit Mine(std::size_t) {}
  template <class Lane>
  void run(std::span<const Lane> passes) {
    passes[0].for_each([](auto& job) { job(); });
  }
};
struct ByMine : Strategy<transfer::ZeroCopy, Mine> {
  static constexpr std::string_view name = "by_mine";
};

void bind(Compiled<Repeat<Conv1x1<64, 32>, 2>, HostDevice>& chain) { chain.bind(ByMine{}).run(); }

// SPDX-License-Identifier: MIT
// expect-error: two strategies have one name
// expect-error: StrategiesOfOneName<anechain::ZeroCopy, Mine>
#include <anechain/anechain.hpp>

using namespace anechain;

struct Mine : Strategy<transfer::Memcpy, executor::Inline> {
#ifdef CONTROL
  static constexpr std::string_view name = "mine";
#else
  static constexpr std::string_view name = "zero_copy";
#endif
};

static_assert(ThroughputCeiling<Repeat<Conv1x1<64, 32>, 2>, RunOnly, ZeroCopy, Mine>::strategy_names.size() == 3);

// SPDX-License-Identifier: MIT
// What a seed makes must be the same with every compiler and standard library: schedules, and the simulated noise's numbers.
#include <anechain/measure/schedule.hpp>
#include <anechain/support/random.hpp>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  for (const std::uint64_t seed : {0u, 42u, 4'000'000'000u})
    for (const std::size_t count : {1u, 2u, 5u, 9u}) {
      anechain::Schedule schedule{seed};
      std::vector<std::size_t> strategies(count);
      for (std::size_t i = 0; i < count; ++i) strategies[i] = i;
      std::printf("seed %" PRIu64 ", %zu strategies:", seed, count);
      for (int round = 0; round < 8; ++round) {
        std::printf(" ");
        for (const std::size_t strategy : round % 4 == 3 ? schedule.shuffle(strategies) : schedule.palindrome(strategies))
          std::printf("%c", static_cast<char>('A' + strategy));
      }
      std::printf("\n");
    }
  anechain::Random random{42};
  std::printf("bits, uniform, normal:");
  for (int i = 0; i < 4; ++i) {
    std::printf(" %016" PRIx64, random.bits());
    std::printf(" %a", random.uniform());
    std::printf(" %a", random.normal());
  }
  std::printf("\n");
}

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <cstring>
#include <vector>

using namespace anechain;

TEST_CASE("packed numbers are spread over padded rows and gathered again") {
  HostDevice host;
  auto surface = host.surface(mil::tensor(mil::fp16, 1, 3, 1, 20));
  std::vector<float> numbers(60);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
  write(surface, std::span<const float>{numbers});
  CHECK(read(surface) == numbers);

  const auto lock = surface.lock(Access::read);
  REQUIRE(lock.bytes().size() == 3 * 64);
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t i = 0; i < 32; ++i) {
      mil::half element{};
      std::memcpy(&element, &lock.bytes()[row * 64 + i * 2], 2);
      CHECK(static_cast<float>(element) == (i < 20 ? static_cast<float>(row * 20 + i) : 0.0f));
    }
}

TEST_CASE("surfaces take and give any number type, and check the count") {
  HostDevice host;
  auto surface = host.surface(mil::tensor(mil::fp32, 2, 3));
  write(surface, std::span<const double>{std::vector<double>{1, 2, 3, 4, 5, 0.1}});
  CHECK(read<float>(surface) == std::vector<float>{1, 2, 3, 4, 5, 0.1f});
  CHECK(read<std::int32_t>(surface) == std::vector<std::int32_t>{1, 2, 3, 4, 5, 0});
  CHECK_THROWS_WITH_AS(write(surface, std::span<const float>{std::vector<float>(5)}),
                       "5 numbers for a surface of tensor<fp32, [2, 3]>, which has 6", std::invalid_argument);
}

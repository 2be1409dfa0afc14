// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/mil/fp16.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace anechain;

namespace {

using Widen = void (*)(const mil::half*, float*, std::size_t);
using Narrow = void (*)(const float*, mil::half*, std::size_t);

/// By definition: sign, exponent, mantissa.
double value_of(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const double sign = bits >> 15 != 0 ? -1 : 1;
  if (exponent == 31) return mantissa != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  return sign * (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25));
}

/// The nearest half, to even on a tie, found among the neighbours of a guess.
std::uint16_t nearest_half(float number) {
  const std::uint16_t sign = std::signbit(number) ? 0x8000 : 0;
  const double magnitude = std::abs(static_cast<double>(number));
  std::uint16_t low = 0;
  std::uint16_t high = 0x7C00;
  while (high - low > 1) {
    const auto middle = static_cast<std::uint16_t>((low + high) / 2);
    (value_of(middle) <= magnitude ? low : high) = middle;
  }
  const double above = high == 0x7C00 ? 65536.0 : value_of(high);
  const double to_low = magnitude - value_of(low);
  const double to_high = above - magnitude;
  return sign | (to_low < to_high || (to_low == to_high && low % 2 == 0) ? low : high);
}

void check_widen(Widen widen) {
  std::vector<mil::half> halves(65536);
  std::vector<float> floats(65536);
  for (std::uint32_t bits = 0; bits < 65536; ++bits) halves[bits] = std::bit_cast<mil::half>(static_cast<std::uint16_t>(bits));
  widen(halves.data(), floats.data(), halves.size());
  std::size_t wrong = 0;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const double expected = value_of(static_cast<std::uint16_t>(bits));
    const auto got = static_cast<double>(floats[bits]);
    wrong += std::isnan(expected) ? !std::isnan(got) : got != expected || std::signbit(got) != std::signbit(expected);
  }
  CHECK(wrong == 0);
}

void check_narrow(Narrow narrow) {
  std::vector<float> floats;
  for (std::uint32_t bits = 0; bits < 0x7C00; ++bits)
    for (const float sign : {1.0f, -1.0f}) {
      const auto here = static_cast<float>(value_of(static_cast<std::uint16_t>(bits)));
      const float next = bits + 1 == 0x7C00 ? 65536.0f : static_cast<float>(value_of(static_cast<std::uint16_t>(bits + 1)));
      const float middle = here + (next - here) / 2;
      for (const float number : {here, middle, std::nextafter(middle, 0.0f), std::nextafter(middle, 1e30f)})
        floats.push_back(sign * number);
    }
  for (const float number : {1e30f, 3.4e38f, 1e-30f, 1e-45f, std::numeric_limits<float>::infinity()}) {
    floats.push_back(number);
    floats.push_back(-number);
  }
  std::vector<mil::half> halves(floats.size());
  narrow(floats.data(), halves.data(), floats.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < floats.size(); ++i) wrong += std::bit_cast<std::uint16_t>(halves[i]) != nearest_half(floats[i]);
  CHECK(wrong == 0);

  const float nan = std::numeric_limits<float>::quiet_NaN();
  mil::half narrowed{};
  narrow(&nan, &narrowed, 1);
  CHECK(std::isnan(static_cast<float>(narrowed)));
}

}  // namespace

TEST_CASE("every half widens to its exact value") {
  check_widen(mil::widen);
  check_widen(mil::detail::widen_portably);
}

TEST_CASE("floats narrow to the nearest half, ties to even, through all halves and the points between them") {
  check_narrow(mil::narrow);
  check_narrow(mil::detail::narrow_portably);
}

TEST_CASE("arrays of any length convert, the end too") {
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<float> numbers(count + 1, 7.0f);
    for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(i) + 0.0001f;
    mil::round_to_half(numbers.data(), count);
    for (std::size_t i = 0; i < count; ++i)
      CHECK(numbers[i] == static_cast<float>(static_cast<mil::half>(static_cast<float>(i) + 0.0001f)));
    CHECK(numbers[count] == 7.0f);
  }
}

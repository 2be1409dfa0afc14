// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/mil/types.hpp>

using namespace anechain;

TEST_CASE("rows of a surface start at multiples of 64 bytes") {
  // The row strides that other ANE projects observed: (elements, bytes an element) -> bytes.
  CHECK(mil::tensor(mil::fp16, 1, 1, 1, 1).row_bytes() == 64);
  CHECK(mil::tensor(mil::fp16, 1, 1, 1, 32).row_bytes() == 64);
  CHECK(mil::tensor(mil::fp16, 1, 1, 1, 33).row_bytes() == 128);
  CHECK(mil::tensor(mil::fp32, 1, 1, 1, 16).row_bytes() == 64);
  CHECK(mil::tensor(mil::fp32, 1, 1, 1, 17).row_bytes() == 128);
  CHECK(mil::tensor(mil::fp16, 1, 100, 1, 4082).row_bytes() == 2 * 4096);
  CHECK(mil::tensor(mil::fp16, 1, 768, 1, 16).surface_bytes() == 49152);
  CHECK(mil::tensor(mil::fp16, 1, 4, 1, 4).surface_bytes() == 256);
}

TEST_CASE("packed sizes count elements, of sub-byte types too") {
  CHECK(mil::tensor(mil::fp16, 1, 64, 1, 20).packed_bytes() == 2560);
  CHECK(mil::tensor(mil::DType::uint3, 9).packed_bytes() == 4);
  CHECK(mil::tensor(mil::fp32).packed_bytes() == 4);
  CHECK(to_string(mil::tensor(mil::fp16, 1, 64, 1, 20)) == "tensor<fp16, [1, 64, 1, 20]>");
  CHECK(to_string(mil::tensor(mil::int32)) == "tensor<int32, []>");
}

TEST_CASE("extents that cannot be are refused before anything is computed with them") {
  CHECK_THROWS_WITH_AS(mil::tensor(mil::fp16, 1, 0, 1, 32), "tensor: every extent must be at least 1, this one is 0", mil::TypeError);
  CHECK_THROWS_AS(mil::tensor(mil::fp16, -1), mil::TypeError);
  CHECK_THROWS_AS(mil::tensor(mil::fp16, std::int64_t{1} << 40, std::int64_t{1} << 40), mil::TypeError);
}

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/core.hpp>

#include <string>

using namespace anechain;

// Text, layout, costs and types are values of the compiler's: building this file is the test.
namespace {

using Small = Conv1x1<64, 32>;
using Widening = Conv1x1<64, 32, mil::fp16, 128>;
using Strided = Conv2d<Conv2dShape{.in = 8,
                                   .out = 16,
                                   .height = 9,
                                   .width = 9,
                                   .kernel_height = 3,
                                   .kernel_width = 3,
                                   .stride_height = 2,
                                   .stride_width = 2,
                                   .groups = 2,
                                   .padding = mil::Padding::same,
                                   .bias = true}>;
using Three = Fuse<Small, Relu<64, 32>, Widening>;

static_assert(Kernel<Small> && Kernel<Strided> && Kernel<Three>);

static_assert(input<Small> == mil::tensor(mil::fp16, 1, 64, 1, 32));
static_assert(output<Small> == input<Small>);
static_assert(output<Widening> == mil::tensor(mil::fp16, 1, 128, 1, 32));
static_assert(output<Conv1x1<64, 32, mil::fp32>> == mil::tensor(mil::fp32, 1, 64, 1, 32));
static_assert(output<Strided> == mil::tensor(mil::fp16, 1, 16, 5, 5));
static_assert(output<Three> == output<Widening>);

static_assert(flops<Small> == 2 * 64 * 64 * 32);
static_assert(flops<Conv1x1<768, 256>> == 2ll * 768 * 768 * 256);
static_assert(flops<Strided> == (2 * 4 * 3 * 3 + 1) * 16 * 5 * 5);
static_assert(flops<Three> == flops<Small> + 64 * 32 + flops<Widening>);

static_assert(bytes<Small> == Bytes{.input = 4096, .output = 4096, .weights = 8192});
static_assert(bytes<Relu<64, 32>>.weights == 0);

static_assert(blob_layout<Small>.size() == 1);
static_assert(blob_layout<Small>[0].name == "W");
static_assert(blob_layout<Small>[0].type == mil::tensor(mil::fp16, 64, 64, 1, 1));
static_assert(blob_layout<Small>[0].placement == mil::blob::Placement{64, 8192});
static_assert(kernel_facts<Small>.blob_size() == 128 + 8192);
static_assert(blob_layout<Strided>[1].name == "b");
static_assert(blob_layout<Relu<64, 32>>.empty() && kernel_facts<Relu<64, 32>>.blob_size() == 0);
static_assert(blob_layout<Three>[0].name == "k0_W");
static_assert(blob_layout<Three>[1].name == "k2_W");
static_assert(blob_layout<Three>[1].placement.metadata == 64 + 64 + 8192);
static_assert(blob_layout<Fuse<Three, Conv1x1<128, 32>>>[1].name == "k0_k2_W");

static_assert(mil_text<Small>.starts_with("program(1.0)"));
static_assert(mil_text<Small>.ends_with("    } -> (y);\n}\n"));
static_assert(mil_text<Small, mil::Dialect::ios18>.size() < mil_text<Small>.size());

static_assert(Repeat<Small, 12>::length == 12);
static_assert(Chain<Small, Widening>::output == output<Widening>);
static_assert(Repeat<Small, 12>::Fused::kernels.size() == 1);
static_assert(Repeat<Small, 12>::Fused::kernels[0].flops == 12 * flops<Small>);

struct Named {
  static constexpr std::string_view name = "a name of its own";
  static constexpr auto input = mil::tensor(mil::fp16, 1, 4, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.relu(x); }
};
static_assert(kernel_name<Named> == "a name of its own");

// Several inputs and results, with names.
struct Scaled {
  static constexpr auto inputs = mil::ports({{"x", mil::tensor(mil::fp16, 1, 8, 1, 32)}, {"factor", mil::tensor(mil::fp16, 1, 1, 1, 32)}});
  static constexpr auto body(mil::Body& b, mil::Value x, mil::Value factor) {
    const mil::Value scaled = b.mul(x, factor);
    return mil::results({{"scaled", scaled}, {"largest", b.reduce_max(scaled, {1})}});
  }
};
static_assert(Kernel<Scaled> && input_count<Scaled> == 2 && output_count<Scaled> == 2);
static_assert(inputs<Scaled>[1] == mil::Port{"factor", mil::tensor(mil::fp16, 1, 1, 1, 32)});
static_assert(outputs<Scaled>[0] == mil::Port{"scaled", mil::tensor(mil::fp16, 1, 8, 1, 32)});
static_assert(outputs<Scaled>[1] == mil::Port{"largest", mil::tensor(mil::fp16, 1, 1, 1, 32)});
static_assert(bytes<Scaled> == Bytes{.input = (8 + 1) * 64, .output = (8 + 1) * 64, .weights = 0});
static_assert(mil_text<Scaled>.ends_with("    } -> (scaled, largest);\n}\n"));

// The short form is the general one with the names x and y.
static_assert(inputs<Small>[0] == mil::Port{"x", input<Small>} && outputs<Small>[0] == mil::Port{"y", output<Small>});

// Named ports of one input and one result go where the short form goes.
struct Negated {
  static constexpr auto inputs = mil::ports({{"activation", input<Small>}});
  static constexpr auto body(mil::Body& b, mil::Value x) { return mil::results({{"negated", b.mul(x, b.scalar(mil::fp16, -1))}}); }
};
static_assert(Chain<Small, Negated, Small>::output == output<Small>);
static_assert(outputs<Fuse<Negated, Small>>[0].name == "y");

// A kernel says how its program is spelt if it needs what only a later opset has.
struct Attention {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 4, 64, 64);
  static constexpr auto dialect = mil::Dialect::ios18;
  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.scaled_dot_product_attention(x, x, x); }
};
static_assert(mil_text<Attention>.starts_with("program(1.3)"));

// A body may keep values while the graph grows: nothing dangles in a constant evaluation.
struct Residual {
  static constexpr auto input = mil::tensor(mil::fp16, 1, 16, 1, 32);
  static constexpr mil::Value body(mil::Body& b, mil::Value x) {
    mil::Value h = x;
    for (int layer = 0; layer < 8; ++layer) h = b.add(x, b.relu(b.mul(h, b.scalar(mil::fp16, 0.5))));
    return h;
  }
};
static_assert(flops<Residual> == 8 * 3 * 16 * 32);

}  // namespace

TEST_CASE("reports call a kernel by its type") { CHECK(std::string{kernel_name<Small>}.starts_with("Conv1x1<64, 32")); }

TEST_CASE("a graph traced at run time prints the text that the compiler made") {
  CHECK(mil::print(trace<Three>()) == mil_text<Three>);
  CHECK(mil::print(trace<Strided>(), mil::Dialect::ios18) == mil_text<Strided, mil::Dialect::ios18>);
}

// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>

#include <limits>
#include <string>

#include "mil/fault_of.hpp"
#include "mil/same_program.hpp"

using namespace anechain;

namespace {

/// A graph with every operation, every kind of constant and every way to give them.
mil::Graph everything() {
  mil::Builder b;
  const auto x = b.input("x", mil::tensor(mil::fp16, 1, 12, 9, 10));
  const auto wide = b.conv(x, b.weight("W", mil::tensor(mil::fp16, 6, 4, 3, 2)),
                           {.bias = b.weight("b", mil::tensor(mil::fp16, 6)),
                            .strides = {2, 1},
                            .padding = mil::Padding::custom,
                            .pad = {1, 0, 2, 3},
                            .dilations = {1, 2},
                            .groups = 3});
  const auto full = b.cast(b.conv(x, b.weight("V", mil::tensor(mil::fp16, 6, 12, 1, 1)), {.padding = mil::Padding::same_lower}), mil::fp32);
  const auto flat = b.reshape(full, {6, 90});
  const auto square = b.matmul(flat, b.transpose(flat, {1, 0}));
  const auto scaled = b.mul(b.relu(square), b.scalar(mil::fp32, 0.1));
  const auto small = b.add(scaled, b.scalar(mil::fp32, -0x1p-149));
  const auto integers = b.cast(b.matmul(small, small, true, true), mil::int32);
  const auto bound = b.scalar(mil::int32, -7);
  b.mul(wide, b.scalar(mil::fp16, std::numeric_limits<double>::infinity()));
  b.mul(wide, b.scalar(mil::fp16, 0x1p-24));
  return b.finish(b.add(integers, bound));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("what is printed is read back as the same program, in both dialects") {
  const mil::Graph graph = everything();
  for (const mil::Dialect dialect : {mil::Dialect::ios16, mil::Dialect::ios18}) {
    const std::string text = mil::print(graph, dialect);
    const mil::Graph read = mil::parse(text);
    CHECK(mil::same_program(graph, read));
    CHECK(mil::print(read, dialect) == text);
  }
  const mil::Graph read = mil::parse(mil::print(graph, mil::Dialect::ios16));
  CHECK(mil::same_program(read, mil::parse(mil::print(read, mil::Dialect::ios18))));
}

TEST_CASE("the dialects spell scalars their own way") {
  constexpr std::string_view ios16 = mil_text<Conv1x1<64, 32>>;
  constexpr std::string_view ios18 = mil_text<Conv1x1<64, 32>, mil::Dialect::ios18>;
  CHECK(ios16.starts_with("program(1.0)\n[buildInfo = dict<tensor<string, []>, tensor<string, []>>"));
  CHECK(ios16.find("tensor<string, []> pt = const()[name = tensor<string, []>(\"pt\"), val = tensor<string, []>(\"valid\")];") !=
        ios16.npos);
  CHECK(ios18.starts_with("program(1.3)\n[buildInfo = dict<string, string>"));
  CHECK(ios18.find("string pt = const()[name = string(\"pt\"), val = string(\"valid\")];") != ios18.npos);
  CHECK(ios18.find("BLOBFILE(path = string(\"@model_path/weights/weight.bin\"), offset = uint64(64))") != ios18.npos);
}

TEST_CASE("floats are printed as shortest hex and come back exactly") {
  const auto printed = [](double number) {
    mil::Builder b;
    const auto x = b.input("x", mil::tensor(mil::fp32, 1));
    const std::string text = mil::print(b.finish(b.mul(x, b.scalar(mil::fp32, number))), mil::Dialect::ios18);
    const std::size_t start = text.find("val = fp32(") + 11;
    return text.substr(start, text.find(')', start) - start);
  };
  CHECK(printed(1) == "0x1p+0");
  CHECK(printed(-0.375) == "-0x1.8p-2");
  CHECK(printed(0) == "0x0p+0");
  CHECK(printed(-0.0) == "-0x0p+0");
  CHECK(printed(0x1p-149) == "0x1p-149");
  CHECK(printed(0x1.fffffep+127) == "0x1.fffffep+127");
  CHECK(printed(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(printed(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(printed(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(printed(0.1) == "0x1.99999ap-4");  // rounded to fp32
}

TEST_CASE("errors say where, what was found and what was expected") {
  const std::string text{mil_text<Conv1x1<64, 32>, mil::Dialect::ios18>};
  CHECK(fault_of(text) == "accepted");
  CHECK(fault_of("") == "1:1: expected 'program', found the end of the text");
  CHECK(fault_of(replaced(text, "program(1.3)", "program(x)")) == "1:9: expected the version of the language, like 1.0, found 'x'");
  CHECK(fault_of(replaced(text, "string pt", "strnig pt")) == "5:9: no type is called 'strnig'; did you mean 'string'?");
  CHECK(fault_of(replaced(text, "x = x)", "x = z)")).find("'z' is not defined before this use") != std::string::npos);
  CHECK(fault_of(replaced(text, "= conv(", "= cnov(")) == "11:42: no operation is called 'cnov'; did you mean 'conv'?");
  CHECK(fault_of(replaced(text, "[1, 64, 1, 32]> y", "[1, 64, 1, 31]> y")) ==
        "11:42: conv gives tensor<fp16, [1, 64, 1, 32]>, but its result is declared tensor<fp16, [1, 64, 1, 31]>");
  CHECK(fault_of(replaced(text, "weight = W, ", "")) == "11:42: conv needs the operand 'weight'");
  CHECK(fault_of(replaced(text, "dilations = dl, ", "")) == "accepted");
  CHECK(fault_of(replaced(text, "dilations = dl", "dilation = dl")) ==
        "11:47: conv has no operand 'dilation'; it takes bias, dilations, groups, pad, pad_type, strides, weight, x");
  CHECK(fault_of(replaced(text, "groups = gr", "dilations = gr")) == "11:63: operand 'dilations' is given twice");
  CHECK(fault_of(replaced(text, "string pt", "string st")).find("'st' is defined twice") != std::string::npos);
  CHECK(fault_of(replaced(text, "val = int32(1)", "val = int32(1.5)")) == "9:61: expected an integer, found '1.5'");
  CHECK(fault_of(replaced(text, "val = int32(1)", "val = int32(99999999999)")) == "9:61: 99999999999 does not fit int32");
  CHECK(fault_of(replaced(text, "tensor<int32, [2]>([1, 1])", "tensor<int32, [2]>([1, 1, 1])")) ==
        "6:92: more than the 2 elements that axis 0 has");
  CHECK(fault_of(replaced(text, "([1, 1])", "([1])")) == "6:89: 1 elements where axis 0 has 2");
  CHECK(fault_of(replaced(text, "-> (y)", "-> (q)")) == "12:11: 'q' is not defined before this use");
  CHECK(fault_of(replaced(text, "} -> (y);\n}", "} -> (y);\n} }")) == "13:3: expected the end of the text, found '}'");
  CHECK(fault_of("program(1.0)\n{ func \"main") == "2:8: this string has no closing quote");
  CHECK(fault_of(replaced(text, "val = string(\"valid\")", "val = string(\"none\")")) ==
        "11:42: conv: pad_type must be valid, same, same_lower or custom");
  CHECK(fault_of(text.substr(0, text.size() / 2)).find("expected ") != std::string::npos);
}

TEST_CASE("only the value of a constant may be in the weight file, so that nothing nests without end") {
  const std::string text{mil_text<Conv1x1<64, 32>, mil::Dialect::ios18>};
  const std::string blob = "BLOBFILE(path = string(\"p\"), offset = uint64(64))";
  CHECK(fault_of(replaced(text, "string(\"pt\")", "string(" + blob + ")")) == "5:43: expected a string, found 'BLOBFILE'");
  CHECK(fault_of(replaced(text, "string(\"valid\")", "string(" + blob + ")")) == "5:63: strings are not kept in weight files");
  CHECK(fault_of(replaced(text, "[name = string(\"pt\")", "[name = string(\"pt\"), name = string(\"pt\")")) ==
        "5:50: the attribute 'name' is given twice");
  std::string nested = "program(1.0) { func main(fp16 x) { string s = const()[val = ";
  for (int i = 0; i < 100'000; ++i) nested += "string(BLOBFILE(path = ";
  CHECK(fault_of(nested) == "1:68: strings are not kept in weight files");
}

TEST_CASE("types and attributes that nest without end are refused") {
  std::string type = "program(1.3) { func main(";
  std::string value = "program(1.3)[a = dict<string, string>(";
  for (int i = 0; i < 100'000; ++i) {
    type += i % 3 == 0 ? "list<" : i % 3 == 1 ? "tuple<" : "state<";
    value += i % 3 == 0 ? "(" : i % 3 == 1 ? "[" : "{{";
  }
  CHECK(fault_of(type).find("types are nested too deep") != std::string::npos);
  CHECK(fault_of(value).find("values are nested too deep") != std::string::npos);
}

TEST_CASE("numbers that do not fit their dtype are refused, those too small for it are zero") {
  const std::string text = mil::print(everything(), mil::Dialect::ios18);
  CHECK(fault_of(replaced(text, "fp16(0x1p-24)", "fp16(70000)")).find("70000 does not fit fp16") != std::string::npos);
  CHECK(fault_of(replaced(text, "fp16(0x1p-24)", "fp16(1e-400)")) == "accepted");
  CHECK(fault_of(replaced(text, "fp16(0x1p-24)", "fp16(1e400)")).find("1e400 does not fit fp16") != std::string::npos);
  CHECK(fault_of(replaced(text, "fp16(0x1p-24)", "fp16(-inf)")) == "accepted");
  CHECK(fault_of(replaced(text, "program(1.3)", "program(-7)")).find("1:9: expected the version of the language") == 0);
}

TEST_CASE("a text cut anywhere is an error, never a crash") {
  const std::string text = mil::print(everything());
  for (std::size_t size = 0; size + 2 < text.size(); ++size)
    CHECK_THROWS_AS(mil::parse(std::string_view{text}.substr(0, size)), mil::ParseError);
}

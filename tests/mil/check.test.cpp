// SPDX-License-Identifier: MIT
// What is a valid program, and what is said of one that is not.
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/mil/check.hpp>

#include <string>
#include <vector>

#include "mil/fault_of.hpp"
#include "mil/same_program.hpp"

using namespace anechain;

namespace {

/// A function of these inputs that gives y, on the second line of its text.
std::string with(const std::string& inputs, const std::string& statements) {
  return "program(1.3) { func main<ios18>(" + inputs + ") {\n" + statements + "\n} -> (y); }";
}

/// What is said of a statement, without its position.
std::string said_of(const std::string& inputs, const std::string& statements) {
  const std::string fault = fault_of(with(inputs, statements));
  return fault == "accepted" ? fault : fault.substr(fault.find(": ") + 2);
}

const std::string x23 = "tensor<fp16, [2, 3]> x";

}  // namespace

TEST_CASE("the whole grammar is read and kept: several functions, states, lists, attributes, values where they are used") {
  const std::string text =
      "program(1.0)\n[buildInfo = dict<string, string>({{\"a\\\"b\", \"\\\\\"}}), other = list<int32, 2>([1, 2])]\n{\n"
      "    func first<ios18>(tensor<fp16, [?, 4]> x, state<tensor<fp16, [1, 4]>> s) [Flexible = tuple<string, dict<string, "
      "tensor<int32, [?]>>>((\"D\", {{\"x\", [4]}}))] {\n"
      "        write_state<ios18>(input = s, data = x);\n"
      "        tensor<fp16, [1, 4]> r = read_state(input = s)[name = tensor<string, []>(\"read\")];\n"
      "        tensor<fp16, [?, 4]> y = add(x = x, y = tensor<fp16, []>(-inf));\n"
      "        list<string, 2> names = const()[val = list<string, 2>((\"p\", \"q\"))];\n"
      "        tensor<string, [2]> words = const()[val = tensor<string, [2]>([\"\", \"w\"])];\n"
      "        tensor<uint64, []> big = const()[val = tensor<uint64, []>(18446744073709551615)];\n"
      "        tensor<fp32, [4]> w = constexpr_affine_dequantize()[axis = tensor<int32, []>(0), name = tensor<string, []>(\"w\"), "
      "quantized_data = tensor<int8, [4]>([1, -2, 3, 4]), scale = tensor<fp32, []>(0x1p-3), zero_point = tensor<int8, []>(0)];\n"
      "    } -> (y, r);\n"
      "    func second<ios16>() {\n"
      "    } -> ();\n"
      "}\n";
  const mil::Graph graph = mil::parse(text);
  CHECK(mil::check(graph).empty());
  REQUIRE(graph.functions.size() == 2);
  CHECK(graph.text(graph.functions[1].name) == "second");
  CHECK(mil::print(graph, mil::Dialect::ios16) == text);
  const mil::Graph again = mil::parse(mil::print(graph, mil::Dialect::ios18));
  CHECK(mil::same_program(graph, again));
  CHECK(mil::print(again, mil::Dialect::ios16) == text);
}

TEST_CASE("graphs that differ are told apart") {
  const auto graph = [](const std::string& text) { return mil::parse(text); };
  const std::string text = with(x23, "tensor<fp16, [2, 3]> y = add(x = x, y = fp16(1))[name = string(\"n\")];");
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    other.replace(other.find(from), from.size(), to);
    return mil::same_program(graph(text), graph(other));
  };
  CHECK(changed("fp16(1)", "fp16(0x1p0)"));
  CHECK_FALSE(changed("fp16(1)", "fp16(2)"));
  CHECK_FALSE(changed("add", "sub"));
  CHECK_FALSE(changed("\"n\"", "\"m\""));
  CHECK_FALSE(changed("main", "other"));
  CHECK_FALSE(changed("ios18", "ios17"));
  CHECK_FALSE(changed("y = fp16(1)", "y = x"));
  CHECK_FALSE(changed("program(1.3)", "program(1.3)[a = int32(1)]"));
}

TEST_CASE("words that are no operations, or not yet") {
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = rellu(x = x);") == "no operation is called 'rellu'; did you mean 'relu'?");
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = prelu(x = x);") == "'prelu' is an operation of MIL that anechain does not know yet");
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = cond(x = x);").find("'cond' has nested blocks, which are not read") == 0);
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = relu(x = x)[] { };").find("nested blocks") == 0);
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = relu(x = x)[] block0() { };").find("nested blocks") == 0);
  CHECK(said_of("fp16 value", "fp16 y = relu(x = valeu);") == "'valeu' is not defined before this use; did you mean 'value'?");
}

TEST_CASE("operands and results by the rules of their operation") {
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = relu(x = (x, x));") == "operand 'x' takes one value, not a list in parentheses");
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y, tensor<fp16, [2, 3]> z = relu(x = x);") == "relu gives 1 results, but 2 are declared");
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = relu(x = x); relu(x = x);") == "relu gives 1 results, but 0 are declared");
  CHECK(said_of(x23, "tensor<fp32, [2, 3]> y = relu(x = x);") ==
        "relu gives tensor<fp16, [2, 3]>, but its result is declared tensor<fp32, [2, 3]>");
  CHECK(said_of(x23, "tensor<fp16, [2]> y = layer_norm(axes = tensor<int32, [2]>([1, -1]), x = x);") ==
        "layer_norm: operand 'axes' names axis -1 twice");
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = gelu(mode = string(\"TANH\"), x = x);") ==
        "gelu: operand 'mode' must be EXACT, TANH_APPROXIMATION or SIGMOID_APPROXIMATION");
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = softmax(axis = int32(2), x = x);") == "softmax: axis 2 of a tensor of rank 2");
  CHECK(said_of(x23 + ", int32 a", "tensor<fp16, [2, 3]> y = softmax(axis = a, x = x);") ==
        "softmax: operand 'axis' must be a constant in the program's text");
  CHECK(said_of(x23, "tensor<fp16, [2, 6]> y = concat(axis = int32(1), values = (x, x));") == "accepted");
  CHECK(said_of(x23, "tensor<fp16, [2, 6]> y = concat(axis = int32(1), values = (x, tensor<fp16, [3, 1]>([[1], [1], [1]])));") ==
        "concat: the values have extents 2 and 3 on another axis");
  CHECK(said_of("int32 a, int32 b", "tensor<int32, [2]> y = concat(axis = int32(0), values = (a, b));") == "accepted");
  CHECK(said_of(x23,
                "tensor<fp16, [2, 2]> y, tensor<fp16, [2, 1]> z = split(axis = int32(1), split_sizes = tensor<int32, [2]>([2, 1]), x "
                "= x);") == "accepted");
  CHECK(said_of(x23,
                "tensor<fp16, [2, 1]> y = slice_by_size(begin = tensor<int32, [2]>([0, 2]), size = tensor<int32, [2]>([2, 2]), x = "
                "x);") == "slice_by_size: a slice of 2 elements, 1 are left");
  CHECK(said_of("tensor<fp16, [1, 1, 6]> x",
                "tensor<fp16, [1, 1, 6]> y = conv(pad = tensor<int32, [4]>([0, 0, 0, 0]), pad_type = string(\"valid\"), weight = "
                "tensor<fp16, [1, 1, 1]>([[[1]]]), x = x);") == "accepted");
  CHECK(said_of("state<tensor<fp16, [2]>> s", "tensor<fp16, [2]> y = relu(x = s);") == "relu: operand 'x' is a state, not a tensor");
  CHECK(said_of(x23, "tensor<fp16, [2, 3]> y = read_state(input = x);") == "read_state: operand 'input' must be a state");
  CHECK(said_of("state<tensor<fp16, [2, 3]>> y", "") == "the state 'y' cannot be a result: read_state reads it");
  CHECK(said_of(x23 + ", state<tensor<fp16, [2]>> s", "write_state(data = x, input = s); tensor<fp16, [2]> y = read_state(input = s);") ==
        "write_state puts tensor<fp16, [2, 3]> into a state of tensor<fp16, [2]>");
  CHECK(fault_of("program(1.3) { func main(fp16 x) { fp16 y = relu(x = x); } -> (y, y); }") == "1:67: 'y' is a result twice");
}

TEST_CASE("where an extent is known only when the program runs, the rest is checked all the same") {
  const std::string some = "tensor<fp16, [?, 3]> x, tensor<int32, [2]> s";
  CHECK(said_of(some, "tensor<fp16, [?, 3]> y = relu(x = x);") == "accepted");
  CHECK(said_of(some, "tensor<fp16, [4, 3]> y = relu(x = x);") == "accepted");
  CHECK(said_of(some, "tensor<int32, [?, 3]> y = relu(x = x);") ==
        "relu gives tensor<fp16, [?, ?]>, but its result is declared tensor<int32, [?, 3]>");
  CHECK(said_of(some, "tensor<fp16, [3]> y = relu(x = x);") ==
        "relu gives tensor<fp16, [?, ?]>, but its result is declared tensor<fp16, [3]>");
  CHECK(said_of(some, "tensor<fp16, [?, ?]> y = reshape(shape = s, x = x);") == "accepted");
  CHECK(said_of(some, "tensor<fp16, [?]> y = reshape(shape = s, x = x);") ==
        "reshape gives tensor<fp16, [?, ?]>, but its result is declared tensor<fp16, [?]>");
  CHECK(said_of("int32 n", "tensor<int32, [?]> y = range_1d(end = n, start = int32(0), step = int32(1));") == "accepted");
}

TEST_CASE("what steers a shape must be a constant where the host is to run it") {
  const auto refusal = [](const std::string& inputs, const std::string& statements) -> std::string {
    try {
      HostDevice{}.compile(with(inputs, statements), {});
    } catch (const CompileError& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::string dynamic = "tensor<fp32, [4]> x, tensor<int32, [1]> s, int32 k";
  for (const char* const statement :
       {"tensor<fp32, [65536]> y = reshape(shape = s, x = x);", "tensor<fp32, [70000]> y = tile(reps = s, x = x);",
        "tensor<fp32, [9]> y = slice_by_size(begin = s, size = s, x = x);",
        "tensor<int32, [9]> y = range_1d(end = k, start = k, step = k);"})
    CHECK(refusal(dynamic, statement).find("must be a constant: the host runs programs of fixed shapes") != std::string::npos);
  CHECK(refusal(dynamic, "tensor<fp32, [70000]> y, tensor<int32, [70000]> i = topk(k = k, x = x);") ==
        "MIL text, 2:53: topk: operand 'k' must be a constant in the program's text");
  CHECK(refusal("tensor<fp32, [?]> x", "tensor<fp32, [?]> y = relu(x = x);") ==
        "the input 'x': the host runs programs of fixed shapes; this is a tensor<fp32, [?]>");
  CHECK(refusal("tensor<fp32, [1, 1, 4, 4]> x, tensor<fp32, [1, 4]> boxes",
                "tensor<fp32, [1, 1, 2, 2]> y = crop_resize(boxes = boxes, x = x);") ==
        "MIL text, 2:32: crop_resize: the host cannot run it");
  CHECK(refusal("tensor<int32, [2, 2]> x", "tensor<int32, [2, 2]> y = matmul(x = x, y = x);")
            .find("2:27: matmul: the host computes it for fp16") != std::string::npos);
  CHECK(refusal("tensor<int32, [2]> x", "tensor<int32, [2]> y = exp2(x = x);").find("2:24: exp2: the host computes it for fp16") !=
        std::string::npos);
}

TEST_CASE("short integer tensors of the weight file steer shapes on the host") {
  mil::BlobWriter blob;
  const std::int32_t amounts[]{0, 0, 0, 0, 0, 0, 1, 0, 0, 2};
  blob.append(mil::int32, 10, std::as_bytes(std::span{amounts}));
  const std::string text = with("tensor<fp16, [1, 1, 1, 2, 2]> x",
                                "tensor<fp16, [1, 1, 1, 3, 4]> y = pad(constant_val = fp16(0), mode = string(\"constant\"), pad = "
                                "tensor<int32, [10]>(BLOBFILE(path = string(\"w\"), offset = uint64(64))), x = x);");
  CHECK(fault_of(text) == "accepted");
  const HostDevice host;
  CHECK(host.compile(text, blob.bytes()).outputs()[0].type == mil::tensor(mil::fp16, 1, 1, 1, 3, 4));
}

TEST_CASE("numbers that are spelt in other ways than floats are") {
  const auto number = [](const std::string& spelling) { return said_of("fp32 x", "fp32 y = add(x = x, y = fp32(" + spelling + "));"); };
  for (const char* const good :
       {"1", "+1", "-0", ".5", "5.", "1e3", "1E-3", "0x1.8p0", "0X1P-3", "inf", "-inf", "nan", "0x1.ep-2000", "1e-99999999999999999999"})
    CHECK_MESSAGE(number(good) == "accepted", good);
  CHECK(number("0." + std::string(400, '0') + "1") == "accepted");
  CHECK(number("0." + std::string(400, '0') + "1e5") == "accepted");
  for (const char* const bad : {"-nan", "+nan", "+inf", "0xinf", "0xnan", "0x1.8", "0x", "0xp3", "--1", "1e", "1.2.3", "infinity", "1f"})
    CHECK_MESSAGE(number(bad).find("expected a number, found ") == 0, bad);
  CHECK(number("1" + std::string(400, '0') + "e-5").find(" does not fit fp32") != std::string::npos);
  CHECK(number("1e39") == "1e39 does not fit fp32");
}

TEST_CASE("a number is the nearest double, however long its spelling, also one below the normal ones") {
  CHECK(mil::to_double("1" + std::string(60, '0') + ".25") == 1e60);
  CHECK(mil::to_double("0." + std::string(60, '0') + "1") == 1e-61);
  CHECK(mil::to_double("4.9406564584124654e-324") == 0x1p-1074);
  CHECK(mil::to_double("0x0.123p-1022") == 0x0.123p-1022);
  CHECK(mil::to_double("1e-310") == 1e-310);
}

TEST_CASE("small floating dtypes are rounded to what they hold") {
  CHECK(mil::rounded(mil::DType::bf16, 1.00390625) == 1);  // a tie, to even
  CHECK(mil::rounded(mil::DType::bf16, 1.01171875) == 1.015625);
  CHECK(mil::rounded(mil::DType::fp8e4m3fn, -447) == -448);
  CHECK(mil::rounded(mil::DType::fp8e4m3fn, 0x1p-9) == 0x1p-9);
  CHECK(mil::rounded(mil::DType::fp8e4m3fn, 0x1p-10) == 0);
  CHECK(mil::rounded(mil::DType::fp8e5m2, 57344) == 57344);
  CHECK(said_of("fp32 x", "bf16 w = const()[val = bf16(1e300)]; fp32 y = relu(x = x);") == "1e300 does not fit bf16");
  CHECK(said_of("fp32 x", "fp8e4m3fn w = const()[val = fp8e4m3fn(1e6)]; fp32 y = relu(x = x);") == "1e6 does not fit fp8e4m3fn");
}

TEST_CASE("attributes are read by the grammar") {
  const auto attributes = [](const std::string& list) { return fault_of("program(1.3)[" + list + "] { func f() { } -> (); }"); };
  CHECK(attributes("a = fp64(1.5), b = dict<string, fp64>({{\"k\", 1}, {\"l\", -inf}}), c = tensor<int32, [2, 0]>([[], []])") ==
        "1:82: a tensor: every extent must be at least 1, this one is 0");
  CHECK(attributes("a = tensor<uint8, [9]>(BLOBFILE(path = string(\"p\"), offset = uint64(64)))") == "accepted");
  CHECK(attributes("a = int32(1), a = int32(2)") == "1:28: 'a' is given twice");
  CHECK(attributes("a = int32(1, 2)") == "1:25: expected ')', found ','");
  CHECK(attributes("a = dict<string, string>({{\"k\"}})") == "1:44: expected ',', found '}'");
  CHECK(attributes("a = dict<string>({})") == "1:29: expected ',', found '>'");
  CHECK(attributes("a = 1") == "1:18: expected a type, found '1'");
}

TEST_CASE("texts of a megabyte are read in time that grows with their size, whatever they repeat") {
  // Each would take minutes if what is repeated were searched one by one.
  std::string functions = "program(1.3) {";
  std::string attributes = "program(1.3)[";
  std::string parts;
  std::string sizes;
  for (int i = 0; i < 50'000; ++i) {
    functions += " func f" + std::to_string(i) + "() { } -> ();";
    attributes += (i == 0 ? "a" : ", a") + std::to_string(i) + " = int32(1)";
    parts += (i == 0 ? "tensor<fp16, [1]> p" : ", tensor<fp16, [1]> p") + std::to_string(i);
    sizes += i == 0 ? "1" : ", 1";
  }
  CHECK(fault_of(functions + " }") == "accepted");
  CHECK(fault_of(attributes + "] { }") == "accepted");
  CHECK(fault_of("program(1.3) { func f(tensor<fp16, [50000]> x) { " + parts +
                 " = split(axis = int32(0), split_sizes = tensor<int32, [50000]>([" + sizes + "]), x = x); } -> (p7); }") == "accepted");
}

// SPDX-License-Identifier: MIT
// Programs: those that the host takes run to their end, within their memory. The weight file is what stands behind the text.
#include <anechain/core.hpp>
#include <anechain/devices/host.hpp>
#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/check.hpp>

#include "target.hpp"

using namespace anechain;

namespace {

std::string weights_of(const auto& kernels) {
  mil::BlobWriter writer;
  for (const WeightFacts& weight : kernels) {
    const std::vector<std::byte> payload(weight.placement.size, std::byte{0x3C});
    writer.append(weight.type.dtype, static_cast<std::uint64_t>(weight.type.elements()), payload);
  }
  return {reinterpret_cast<const char*>(writer.bytes().data()), writer.bytes().size()};
}

// Small enough for thousands of runs a second.
bool is_small(const mil::Graph& graph) {
  double cells = 0;
  for (const mil::ValueFacts& value : graph.values) {
    if (value.type.shape.has_unknown()) continue;
    cells += static_cast<double>(value.type.elements());
  }
  if (cells > 1e5) return false;
  for (const mil::Function& function : graph.functions) {
    for (const mil::Operation& operation : graph.operations_of(function))
      for (const mil::ValueFacts& result : graph.results_of(operation))
        if (result.type.shape.has_unknown() || facts(operation.kind).family == mil::Family::foreign) return true;  // refused
    if (mil::flops(graph, function) > 10'000'000) return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> seeds() {
  using Block = TransformerBlock<8, 32, 2, 4>;
  std::vector<std::string> all{std::string{mil_text<Block>} + '\0' + weights_of(blob_layout<Block>),
                               std::string{mil_text<SwiGluBackward<4, 8, 3>>} + '\0' + weights_of(blob_layout<SwiGluBackward<4, 8, 3>>)};
  const char* const statements[]{
      "tensor<fp16, [2, 3, 4]> y = slice_by_index(begin = tensor<int32, [3]>([0, -1, 3]), end = tensor<int32, [3]>([2, 0, 0]), stride = "
      "tensor<int32, [3]>([1, -1, -1]), end_mask = tensor<bool, [3]>([true, true, true]), x = x);",
      "tensor<fp16, [2, 6, 4]> y = concat(axis = int32(1), interleave = bool(true), values = (x, x));",
      "tensor<fp16, [2, 5, 4]> y = pad(constant_val = fp16(1), mode = string(\"reflect\"), pad = tensor<int32, [4]>([1, 1, 0, 0]), x = x);",
      "tensor<fp16, [2, 6, 8]> y = tile(reps = tensor<int32, [3]>([1, 2, 2]), x = x);",
      "tensor<fp16, [2, 3, 2]> y, tensor<int32, [2, 3, 2]> i = topk(ascending = bool(true), axis = int32(-1), k = int32(2), x = x);",
      "tensor<fp16, [2, 2, 4]> y = gather(axis = int32(1), indices = tensor<int32, [2]>([2, -1]), x = x);",
      "tensor<fp16, [2, 3, 2]> y = avg_pool(kernel_sizes = tensor<int32, [1]>([3]), pad_type = string(\"same\"), strides = tensor<int32, "
      "[1]>([2]), x = x);",
      "tensor<fp16, [2, 3, 4]> y = layer_norm(axes = tensor<int32, [2]>([0, 2]), epsilon = fp16(0x1p-10), x = x);",
      "tensor<fp16, [2, 3, 4]> y = scaled_dot_product_attention(query = x, key = x, value = x);",
      "tensor<int8, [2, 3, 4]> q = quantize(input = x, output_dtype = string(\"int8\"), scale = fp16(0.5)); tensor<fp16, [2, 3, 4]> y = "
      "dequantize(input = q, scale = fp16(2));",
      "tensor<fp16, [2]> y = reduce_log_sum_exp(axes = tensor<int32, [2]>([1, 2]), keep_dims = bool(false), x = x);",
      "tensor<fp32, [2, 3, 4]> f = cast(dtype = string(\"fp32\"), x = x); tensor<bool, [2, 3, 4]> b = less(x = f, y = fp32(0)); "
      "tensor<fp32, [2, 3, 4]> y = select(a = f, b = fp32(nan), cond = b);",
      "tensor<fp16, [2, 3, 4]> w = constexpr_lut_to_dense()[indices = tensor<uint8, [3]>([1, 2, 255]), lut = tensor<fp16, [2]>([1, -1]), "
      "shape = tensor<uint32, [3]>([2, 3, 4])]; tensor<fp16, [2, 3, 4]> y = mul(x = x, y = w);"};
  for (const char* const statement : statements)
    all.push_back(std::string{"program(1.3) { func main<ios18>(tensor<fp16, [2, 3, 4]> x) { "} + statement + " } -> (y); }");
  return all;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view whole = fuzz::text_of(data, size);
  const std::string_view text = whole.substr(0, whole.find('\0'));
  const auto blob = std::as_bytes(std::span{whole}).subspan(std::min(text.size() + 1, whole.size()));
  try {
    if (!is_small(mil::parse_checked(text))) return 0;
    const HostDevice host;
    const host::Program program = host.compile(text, blob);
    std::vector<host::Surface> inputs = surfaces_for(host, program.inputs());
    std::vector<host::Surface> outputs = surfaces_for(host, program.outputs());
    host.evaluate(host.request(program, pointers_to(inputs), pointers_to(outputs)));
  } catch (const mil::ParseError&) {
  } catch (const mil::TypeError&) {
  } catch (const CompileError&) {
  } catch (const EvaluateError&) {
  } catch (const DeviceError&) {
  }
  return 0;
}

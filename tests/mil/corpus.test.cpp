// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/anechain.hpp>
#include <anechain/mil/check.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "mil/fault_of.hpp"
#include "mil/same_program.hpp"

using namespace anechain;

namespace {

struct File {
  std::string name;
  std::string text;
};

/// The texts of a folder of the corpus; none, with a message, where the corpus is absent.
std::vector<File> corpus(const char* folder) {
  const std::filesystem::path path = std::filesystem::path{ANECHAIN_MIL_CORPUS} / folder;
  std::vector<File> files;
  if (!std::filesystem::is_directory(path)) {
    MESSAGE("skipped: there is no MIL corpus beside the project");
    return files;
  }
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.path().extension() != ".mil") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    files.push_back({entry.path().filename().string(), text.str()});
  }
  CHECK(!files.empty());
  return files;
}

/// The two texts among the generated ones that are known to be invalid, and why.
const std::map<std::string, std::string> invalid{
    {"maderix_causal_qkt_UNTYPED_BOOL.mil", "5:83: expected a name, or a value with its type, like bool(true), found 'true'"},
    {"maderix_sdpa5_inline_mask_FLAT_LITERAL.mil", "5:108: expected '[': the literal of a tensor of rank 4 is nested that deep, found '0'"},
};

}  // namespace

TEST_CASE("programs that other projects' generators print are accepted, but for two that are invalid") {
  for (const File& file : corpus("generated")) {
    CAPTURE(file.name);
    const auto expected = invalid.find(file.name);
    CHECK(fault_of(file.text) == (expected == invalid.end() ? "accepted" : expected->second));
  }
}

TEST_CASE("programs of the corpus are the same after printing and reading, in both dialects") {
  for (const File& file : corpus("generated")) {
    if (invalid.contains(file.name)) continue;
    CAPTURE(file.name);
    const mil::Graph graph = mil::parse(file.text);
    for (const mil::Dialect dialect : {mil::Dialect::ios16, mil::Dialect::ios18}) {
      const std::string printed = mil::print(graph, dialect);
      const mil::Graph read = mil::parse(printed);
      CHECK(mil::same_program(graph, read));
      CHECK(mil::print(read, dialect) == printed);
    }
  }
}

TEST_CASE("programs that must be rejected are, at the fault and for the reason") {
  const std::map<std::string, std::string> faults{
      {"blobfile_untyped.mil",
       "5:109: expected a value with its type for the path, like string(\"...\"), found \"@model_path/weights/weight.bin\""},
      {"const_no_val.mil", "5:35: const needs the attribute 'val'"},
      {"const_type_mismatch.mil", "5:72: the value is of type tensor<fp32, [1, 4]>, but its result is declared tensor<fp16, [1, 4]>"},
      {"flat_literal_rank2.mil", "5:94: expected '[': the literal of a tensor of rank 2 is nested that deep, found '0x1p+0'"},
      {"literal_count.mil", "5:97: 3 elements where axis 0 has 4"},
      {"missing_semicolon.mil", "6:9: expected ';', found '}'"},
      {"multi_output_brackets.mil", "5:13: results are written 'type name, type name = ...', without brackets around them"},
      {"multi_output_parens.mil", "5:13: results are written 'type name, type name = ...', without brackets around them"},
      {"negative_dim.mil", "4:39: expected an extent (1, 2, ..., or ?), found '-4'"},
      {"no_arrow.mil", "7:1: expected '->' and the function's results, found '}'"},
      {"percent_names.mil", "4:43: no token starts with '%': names have no mark in MIL text"},
      {"redefinition.mil", "6:34: 'y' is defined twice"},
      {"trailing_garbage.mil", "8:1: expected the end of the text, found '}'"},
      {"truncated.mil", "5:60: expected the rest of the program, found the end of the text"},
      {"undefined_output.mil", "6:15: 'z' is not defined before this use"},
      {"undefined_ref.mil", "5:53: 'nope' is not defined before this use"},
      {"unknown_dtype.mil", "4:29: no type is called 'float16'; did you mean 'fp16'?"},
      {"unterminated_string.mil", "5:64: this string has no closing quote"},
      {"use_before_def.mil", "5:53: 'b' is not defined before this use"},
      {"version_missing.mil", "1:9: expected the version of the language, like 1.0, found ')'"},
      {"wrong_result_shape.mil", "5:38: relu gives tensor<fp16, [1, 4]>, but its result is declared tensor<fp16, [1, 5]>"},
  };
  for (const File& file : corpus("negative")) {
    if (file.name == "bad_blob_offset.mil") continue;  // a fault of the reference: the next test
    CAPTURE(file.name);
    REQUIRE(faults.contains(file.name));
    CHECK(fault_of(file.text) == faults.at(file.name));
  }
}

TEST_CASE("a reference to a payload instead of its metadata is found when the weight file is there") {
  for (const File& file : corpus("negative")) {
    if (file.name != "bad_blob_offset.mil") continue;
    const mil::Graph graph = mil::parse_checked(file.text);
    std::vector<std::byte> payload;
    mil::BlobWriter writer;
    for (const mil::Operation& operation : graph.operations) {
      if (operation.constant < 0 || graph.constants[static_cast<std::size_t>(operation.constant)].kind != mil::Constant::Kind::blob)
        continue;
      const mil::TensorType type = graph[operation.result].type;
      payload.resize(static_cast<std::size_t>(type.packed_bytes()));
      writer.append(type.dtype, static_cast<std::uint64_t>(type.elements()), payload);
    }
    const auto findings = mil::check_references(graph, [&](std::string_view) { return writer.bytes(); });
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].message ==
          "'@model_path/weights/weight.bin': weight blob, byte 128, metadata: it would end outside the file of 136 "
          "bytes; this is a payload, its metadata stands at byte 64");
  }
}

namespace {

void put(std::vector<std::byte>& file, std::uint64_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) file[at + i] = static_cast<std::byte>(value >> (8 * i));
}

/// Weight files that hold what a program asks for, at the places where it says: small numbers.
std::map<std::string, std::vector<std::byte>> weight_files_of(const mil::Graph& graph) {
  std::map<std::string, std::vector<std::byte>> files;
  Random random{1};
  for (const mil::Operation& operation : graph.operations) {
    if (operation.constant < 0) continue;
    const mil::Constant& constant = graph.constants[static_cast<std::size_t>(operation.constant)];
    if (constant.kind != mil::Constant::Kind::blob) continue;
    std::vector<std::byte>& file = files[std::string{graph.text(constant.text)}];
    const mil::TensorType type = graph[operation.result].type;
    const std::uint64_t payload = constant.blob_offset + mil::blob::metadata_bytes;
    const auto size = static_cast<std::uint64_t>(type.packed_bytes());
    if (file.size() < payload + size) file.resize(payload + size);
    put(file, mil::blob::field::version, mil::blob::version, 4);
    put(file, constant.blob_offset + mil::blob::field::sentinel, mil::blob::sentinel, 4);
    put(file, constant.blob_offset + mil::blob::field::dtype, facts(type.dtype).blob_code, 4);
    put(file, constant.blob_offset + mil::blob::field::size, size, 8);
    put(file, constant.blob_offset + mil::blob::field::offset, payload, 8);
    std::vector<float> numbers(static_cast<std::size_t>(type.elements()));
    for (float& number : numbers) number = static_cast<float>(random.uniform(-0.05, 0.05));
    mil::encode(type.dtype, numbers.data(), file.data() + payload, numbers.size());
  }
  return files;
}

}  // namespace

TEST_CASE("programs of the corpus run, every function of each") {
  std::size_t ran = 0;
  for (const File& file : corpus("generated")) {
    if (invalid.contains(file.name)) continue;
    CAPTURE(file.name);
    const mil::Graph graph = mil::parse(file.text);
    const auto weights = weight_files_of(graph);
    CHECK(mil::check_references(graph, [&](std::string_view path) {
            return std::span<const std::byte>{weights.at(std::string{path})};
          }).empty());
    for (const mil::Function& function : graph.functions) {
      const HostDevice host;
      const host::Program program = host.compile(
          file.text, [&](std::string_view path) { return std::span<const std::byte>{weights.at(std::string{path})}; },
          graph.text(function.name));
      std::vector<host::Surface> inputs = surfaces_for(host, program.inputs());
      std::vector<host::Surface> outputs = surfaces_for(host, program.outputs());
      Random random{2};
      for (host::Surface& surface : inputs) {
        std::vector<float> numbers(static_cast<std::size_t>(surface.type().elements()));
        for (float& number : numbers) number = static_cast<float>(random.uniform(-1, 1));
        write(surface, std::span<const float>{numbers});
      }
      host.evaluate(host.request(program, pointers_to(inputs), pointers_to(outputs)));
      for (host::Surface& surface : outputs) {
        CHECK(std::ranges::all_of(read<float>(surface), [](float number) { return std::isfinite(number); }));
        ++ran;
      }
    }
  }
  CHECK((ran == 0 || ran > 126));
}

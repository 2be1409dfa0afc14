// SPDX-License-Identifier: MIT
// run: a program evaluated once, on the host.
#include <anechain/devices/host.hpp>
#include <anechain/flow/npy_tensor.hpp>
#include <anechain/support/npy.hpp>

#include <cstddef>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "model.hpp"

namespace program {
namespace {

std::map<std::string, std::string> files_by_name(const std::vector<std::string>& inputs) {
  std::map<std::string, std::string> files;
  for (const std::string& input : inputs) {
    const std::size_t equals = input.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == input.size())
      throw UsageError("--input " + input + ": expected NAME=FILE");
    if (!files.emplace(input.substr(0, equals), input.substr(equals + 1)).second)
      throw UsageError("--input " + input.substr(0, equals) + " is given twice");
  }
  return files;
}

// The packed elements of an input. Throws std::runtime_error where the file's are not of its type.
std::vector<std::byte> elements_of(const std::string& file, const host::Port& port) {
  if (file.ends_with(".npy")) {
    npy::Array array = npy::load(file);
    if (!npy::is_a(port.type, array))
      throw std::runtime_error(file + ": it holds a " + npy::type_text(array) + "; the input '" + port.name + "' is a " +
                               to_string(port.type));
    return std::move(array.data);
  }
  std::vector<std::byte> bytes = mil::read_file(file);
  const auto needed = static_cast<std::size_t>(port.type.packed_bytes());
  if (bytes.size() != needed)
    throw std::runtime_error(file + " has " + std::to_string(bytes.size()) + " bytes; the input '" + port.name + "', a " +
                             to_string(port.type) + ", has " + std::to_string(needed));
  return bytes;
}

// The bytes of a .npy file. Throws std::runtime_error where NumPy has no elements of the type.
std::vector<std::byte> npy_file(const host::Port& port, std::span<const std::byte> packed) {
  const std::optional<npy::DType> dtype = npy::npy_dtype(port.type.dtype);
  if (!dtype)
    throw std::runtime_error("NumPy has no elements of the type of the output '" + port.name + "', a " + to_string(port.type) +
                             ": take --raw");
  return npy::write(*dtype, {port.type.shape.begin(), port.type.shape.end()}, packed);
}

void write_output(const RunArguments& arguments, const host::Port& port, host::Surface& surface) {
  const std::vector<std::byte> packed = read_packed(surface);
  const std::filesystem::path path = arguments.output_directory / (port.name + (arguments.raw ? ".bin" : ".npy"));
  mil::write_file(path, arguments.raw ? packed : npy_file(port, packed));
  std::cout << path.string() << ": " << to_string(port.type) << '\n';
}

}  // namespace

int run(const RunArguments& arguments) {
  std::map<std::string, std::string> files = files_by_name(arguments.inputs);
  Model model{arguments.path};
  const HostDevice host;
  const host::Program program = host.compile(model.text(), model.weight_files(), arguments.function);

  std::vector<host::Surface> inputs;
  for (const host::Port& port : program.inputs()) {
    const auto given = files.extract(port.name);
    if (given.empty())
      throw UsageError("the input '" + port.name + "', a " + to_string(port.type) + ", is missing: --input " + port.name + "=FILE");
    const std::vector<std::byte> packed = elements_of(given.mapped(), port);
    inputs.push_back(host.surface(port.type));
    write_packed(inputs.back(), packed);
  }
  if (!files.empty()) throw UsageError("the program has no input '" + files.begin()->first + "'");
  std::vector<host::Surface> outputs = surfaces_for(host, program.outputs());
  host.evaluate(host.request(program, pointers_to(inputs), pointers_to(outputs)));

  std::filesystem::create_directories(arguments.output_directory);
  for (std::size_t i = 0; i < outputs.size(); ++i) write_output(arguments, program.outputs()[i], outputs[i]);
  return 0;
}

}  // namespace program

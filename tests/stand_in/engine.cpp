// SPDX-License-Identifier: MIT
#include "engine.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/devices/host.hpp>
#include <anechain/mil/convert.hpp>
#include <anechain/mil/parse.hpp>

#include "settings.h"

using namespace anechain;

namespace {

HostDevice& host_device() {
  static HostDevice& only = *new HostDevice;
  return only;
}

/// A request with surfaces of its own: what one evaluation at a time works in.
struct Bench {
  explicit Bench(const host::Program& program) : inputs(surfaces(program.inputs())), outputs(surfaces(program.outputs())) {
    request = std::make_unique<host::Request>(program, pointers(inputs), pointers(outputs));
  }

  static std::vector<host::Surface> surfaces(std::span<const host::Port> ports) {
    std::vector<host::Surface> made;
    for (const host::Port& port : ports) made.emplace_back(port.type);
    return made;
  }
  static std::vector<host::Surface*> pointers(std::vector<host::Surface>& surfaces) {
    std::vector<host::Surface*> made;
    for (host::Surface& surface : surfaces) made.push_back(&surface);
    return made;
  }

  std::vector<host::Surface> inputs;
  std::vector<host::Surface> outputs;
  std::unique_ptr<host::Request> request;
};

struct Procedure {
  Procedure(std::string its_name, host::Program its_program) : name(std::move(its_name)), program(std::move(its_program)) {}

  std::unique_ptr<Bench> take() {
    {
      const std::lock_guard guard{mutex};
      if (!idle.empty()) {
        auto bench = std::move(idle.back());
        idle.pop_back();
        return bench;
      }
    }
    return std::make_unique<Bench>(program);
  }
  void give_back(std::unique_ptr<Bench> bench) {
    const std::lock_guard guard{mutex};
    idle.push_back(std::move(bench));
  }

  std::string name;
  host::Program program;
  std::mutex mutex;
  std::vector<std::unique_ptr<Bench>> idle;
};

const char* spelt(mil::DType dtype) {
  switch (dtype) {
    case mil::fp16: return "Float16";
    case mil::fp32: return "Float32";
    case mil::boolean: return "Bool";
    case mil::int8: return "Int8";
    case mil::uint8: return "UInt8";
    case mil::int32: return "Int32";
    default: return "Unknown";
  }
}

/// What the device leaves in the padding is told by nobody: NaN here, so that those who read it notice.
void copy_rows(const mil::TensorType& type, const std::byte* from, std::byte* to) {
  const auto row = static_cast<std::size_t>(type.row_bytes());
  const auto packed = static_cast<std::size_t>((type.row_elements() * facts(type.dtype).bits + 7) / 8);
  for (std::int64_t left = type.rows(); left > 0; --left, from += row, to += row) {
    std::memcpy(to, from, packed);
    std::memset(to + packed, 0xff, row - packed);
  }
}

void add_one(const mil::TensorType& type, std::byte* first) {
  double number = 0;
  mil::decode(type.dtype, first, &number, 1);
  number += 1;
  mil::encode(type.dtype, &number, first, 1);
}

std::uint64_t mixed(std::uint64_t hash, const std::byte* bytes, std::size_t size) {
  constexpr std::uint64_t prime = 0x9e3779b97f4a7c15;
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word) * prime;
    hash ^= hash >> 29;
  };
  for (; size >= sizeof(std::uint64_t); bytes += sizeof(std::uint64_t), size -= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    mix(word);
  }
  std::uint64_t last = size + 1;
  for (std::size_t i = 0; i < size; ++i) last = last << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  mix(last);
  return hash;
}

}  // namespace

struct engine_program {
  std::atomic<int> references{1};
  std::list<Procedure> procedures;

  Procedure& procedure(std::size_t i) { return *std::next(procedures.begin(), static_cast<std::ptrdiff_t>(i)); }
  const Procedure& procedure(std::size_t i) const { return *std::next(procedures.begin(), static_cast<std::ptrdiff_t>(i)); }
};

extern "C" {

engine_program* engine_compile(const void* text, std::size_t size, const engine_file* files, std::size_t count, engine_refusal* refusal,
                               char* message, std::size_t capacity) {
  *refusal = engine_invalid_program;
  bool unreadable = false;
  try {
    const std::string_view mil{static_cast<const char*>(text), size};
    std::vector<std::string> names;
    const mil::Graph graph = mil::parse(mil);
    for (const mil::Function& function : graph.functions) names.emplace_back(graph.text(function.name));
    const auto find = [&](std::string_view path) -> std::optional<std::span<const std::byte>> {
      for (std::size_t i = 0; i < count; ++i)
        if (path == files[i].path) return std::span{static_cast<const std::byte*>(files[i].bytes), files[i].size};
      unreadable = true;
      return std::nullopt;
    };
    *refusal = engine_compilation_failure;
    auto program = std::make_unique<engine_program>();
    for (const std::string& name : names) program->procedures.emplace_back(name, host_device().compile(mil, find, name));
    if (names.empty()) throw CompileError("the program has no function");
    *refusal = engine_accepts;
    return program.release();
  } catch (const std::exception& error) {
    if (unreadable || std::string_view{error.what()}.starts_with("weight blob")) *refusal = engine_unreadable_weights;
    std::snprintf(message, capacity, "%s", error.what());
    return nullptr;
  }
}

engine_program* engine_retain(engine_program* program) {
  if (program != nullptr) ++program->references;
  return program;
}

void engine_release(engine_program* program) {
  if (program != nullptr && --program->references == 0) delete program;
}

std::size_t engine_procedures(const engine_program* program) { return program->procedures.size(); }

const char* engine_procedure_name(const engine_program* program, std::size_t procedure) {
  return program->procedure(procedure).name.c_str();
}

std::size_t engine_ports(const engine_program* program, std::size_t procedure, bool output) {
  const host::Program& its = program->procedure(procedure).program;
  return output ? its.outputs().size() : its.inputs().size();
}

engine_port engine_port_at(const engine_program* program, std::size_t procedure, bool output, std::size_t i) {
  const host::Program& its = program->procedure(procedure).program;
  const host::Port& port = output ? its.outputs()[i] : its.inputs()[i];
  const mil::Shape& shape = port.type.shape;
  const auto extent = [&](int from_last) { return shape.rank >= from_last ? shape[-from_last] : std::int64_t{1}; };
  const bool deep = shape.rank >= 5;  // batches, channels, depth, height, width
  return {port.name.c_str(),
          spelt(port.type.dtype),
          deep ? extent(5) : extent(4),
          deep ? extent(4) : extent(3),
          deep ? extent(3) : 1,
          extent(2),
          extent(1),
          port.type.row_bytes(),
          port.type.surface_bytes()};
}

bool engine_evaluate(engine_program* program, std::size_t procedure, const void* const* inputs, void* const* outputs, char* message,
                     std::size_t capacity) {
  try {
    Procedure& its = program->procedure(procedure);
    auto bench = its.take();
    for (std::size_t i = 0; i < bench->inputs.size(); ++i) {
      const auto lock = bench->inputs[i].lock(Access::write);
      copy_rows(bench->inputs[i].type(), static_cast<const std::byte*>(inputs[i]), lock.bytes().data());
    }
    bench->request->evaluate();
    for (std::size_t i = 0; i < bench->outputs.size(); ++i) {
      const auto lock = bench->outputs[i].lock(Access::read);
      const mil::TensorType& type = bench->outputs[i].type();
      if (i == 0 && wrong_due()) add_one(type, lock.bytes().data());
      copy_rows(type, lock.bytes().data(), static_cast<std::byte*>(outputs[i]));
    }
    its.give_back(std::move(bench));
    return true;
  } catch (const std::exception& error) {
    std::snprintf(message, capacity, "%s", error.what());
    return false;
  }
}

void engine_hash(const void* bytes, std::size_t size, char hex[65]) {
  for (std::size_t lane = 0; lane < 4; ++lane)
    std::snprintf(hex + lane * 16, 17, "%016llX",
                  static_cast<unsigned long long>(mixed(0xcbf29ce484222325 + lane, static_cast<const std::byte*>(bytes), size)));
}

std::uint64_t engine_fingerprint(const void* bytes, std::size_t size) {
  return mixed(0xcbf29ce484222325, static_cast<const std::byte*>(bytes), size);
}

}  // extern "C"

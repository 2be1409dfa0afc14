// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/devices/device.hpp>
#include <anechain/devices/host/cell.hpp>
#include <anechain/mil/check.hpp>
#include <anechain/mil/fp16.hpp>

namespace anechain::host {

/// Whether the host can keep values of a dtype in its cells.
inline bool has_cells(mil::DType dtype) {
  using enum mil::DType;
  switch (dtype) {
    case boolean:
    case fp16:
    case fp32:
    case int8:
    case int16:
    case int32:
    case uint8:
    case uint16: return true;
    default: return false;
  }
}

/// Reads packed elements into cells.
inline void to_cells(mil::DType dtype, const std::byte* from, Cell* to, std::size_t count) {
  if (dtype == mil::fp16)
    mil::widen(reinterpret_cast<const mil::half*>(from), &to->number, count);
  else if (facts(dtype).floating)
    std::memcpy(to, from, count * sizeof(Cell));
  else
    mil::decode(dtype, from, &to->integer, count);
}

/// Writes cells as packed elements.
inline void from_cells(mil::DType dtype, const Cell* from, std::byte* to, std::size_t count) {
  if (dtype == mil::fp16)
    mil::narrow(&from->number, reinterpret_cast<mil::half*>(to), count);
  else if (facts(dtype).floating)
    std::memcpy(to, from, count * sizeof(Cell));
  else
    mil::encode(dtype, &from->integer, to, count);
}

/// The constants of a program, made when they are asked for: numbers of its text, or tensors of its weight files.
class Constants {
 public:
  Constants(const mil::Graph& graph, const mil::WeightFiles& files) : graph_(graph), files_(files) {}

  /// For a task, which reads it whenever it runs. Throws CompileError, BlobError, or what the weight files throw.
  Place place(std::int32_t value) {
    const Cell* const cells = numbers(value);
    entries_[value].in_use = true;
    return {cells};
  }

  /// To be read now. Throws the same.
  const Cell* numbers(std::int32_t value) {
    const auto known = entries_.find(value);
    if (known != entries_.end()) return known->second.cells->data();
    const mil::Constant& constant = *graph_.constant_of(value);
    const mil::TensorType& type = graph_[value].type;
    std::vector<Cell> cells = constant.kind == mil::Constant::Kind::blob ? stored(constant, type) : immediate(constant, type.dtype);
    memory_.push_back(std::move(cells));
    entries_[value] = {std::prev(memory_.end())};
    return memory_.back().data();
  }

  /// Gives back what will not be read again, unless a task reads it.
  void forget(std::int32_t value) {
    const auto known = entries_.find(value);
    if (known == entries_.end() || known->second.in_use) return;
    memory_.erase(known->second.cells);
    entries_.erase(known);
  }

  /// Room for a constant that is made from others.
  Cell* made(std::int32_t value, std::int64_t count) {
    memory_.emplace_back(static_cast<std::size_t>(count));
    entries_[value] = {std::prev(memory_.end())};
    return memory_.back().data();
  }

  /// What keeps the cells.
  std::list<std::vector<Cell>> memory() && { return std::move(memory_); }

 private:
  struct Entry {
    std::list<std::vector<Cell>>::iterator cells;
    bool in_use = false;
  };

  std::vector<Cell> immediate(const mil::Constant& constant, mil::DType dtype) const {
    std::vector<Cell> cells(constant.count);
    const auto numbers = graph_.numbers_of(constant);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (facts(dtype).floating)
        cells[i].number = static_cast<float>(mil::from_bits(numbers[i]));
      else
        cells[i].integer = static_cast<std::int32_t>(numbers[i]);
    }
    return cells;
  }

  std::vector<Cell> stored(const mil::Constant& constant, const mil::TensorType& type) const {
    const std::string_view path = graph_.text(constant.text);
    const auto file = files_(path);
    if (!file) throw CompileError("the program reads weights from '" + std::string{path} + "', but there are none");
    const mil::BlobEntry entry = mil::BlobReader{*file}.at(constant.blob_offset, type);
    std::vector<Cell> cells(static_cast<std::size_t>(entry.elements));
    const std::vector<std::byte> aligned(entry.payload.begin(), entry.payload.end());  // the file may place its payload at any byte
    to_cells(type.dtype, aligned.data(), cells.data(), cells.size());
    return cells;
  }

  const mil::Graph& graph_;
  const mil::WeightFiles& files_;
  std::list<std::vector<Cell>> memory_;
  std::map<std::int32_t, Entry> entries_;
};

}  // namespace anechain::host

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/devices/host.hpp>
#include <anechain/devices/host/constants.hpp>
#include <anechain/devices/host/micro_kernel.hpp>
#include <anechain/support/machine.hpp>

namespace anechain {
namespace host {
namespace detail {

/// Calls `row(bytes of the surface's row, first cell, count)`, with as many rows at once as lie packed.
template <class Row>
void for_each_row(const mil::TensorType& type, std::byte* memory, Cell* cells, Row row) {
  const bool packed = type.surface_bytes() == type.packed_bytes();
  const auto length = static_cast<std::size_t>(packed ? type.elements() : type.row_elements());
  for (std::int64_t left = packed ? 1 : type.rows(); left > 0; --left, memory += type.row_bytes(), cells += length)
    row(memory, cells, length);
}

}  // namespace detail

ANECHAIN_INLINE Request::Request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs)
    : plan_(program.plan_) {
  bind(plan_->inputs(), inputs, "input", inputs_);
  bind(plan_->outputs(), outputs, "output", outputs_);
  scratch_ = zeroed(plan_->scratch_bytes(), "a program's scratch memory");
}

ANECHAIN_INLINE void Request::bind(std::span<const Port> ports, std::span<Surface* const> surfaces, const char* role,
                                   std::vector<Binding>& to) {
  require_fit(ports, surfaces, role);
  for (std::size_t i = 0; i < ports.size(); ++i) to.push_back({ports[i].type, ports[i].scratch, surfaces[i]->memory_});
}

ANECHAIN_INLINE void Request::load(const Binding& from, Cell* cells) {
  detail::for_each_row(from.type, from.memory.get(), cells,
                       [&](std::byte* row, Cell* to, std::size_t count) { to_cells(from.type.dtype, row, to, count); });
}

ANECHAIN_INLINE void Request::store(Cell* cells, const Binding& to) {
  detail::for_each_row(to.type, to.memory.get(), cells,
                       [&](std::byte* row, Cell* from, std::size_t count) { from_cells(to.type.dtype, from, row, count); });
}

}  // namespace host

ANECHAIN_INLINE HostDevice::HostDevice(int threads) : helper_(threads == 2 ? std::make_shared<host::Helper>() : nullptr) {
  if (threads < 1 || threads > 2) throw DeviceError("the host device runs on 1 or 2 threads, not " + std::to_string(threads));
}

ANECHAIN_INLINE std::string HostDevice::name() const {
#if defined(__OPTIMIZE__)
  constexpr bool optimised = true;
#else
  constexpr bool optimised = false;
#endif
  return "host: " + machine::processor() + ", " + host::micro_kernels().front().name + (helper_ != nullptr ? ", two threads" : "") +
         (optimised ? "" : ", compiled without optimisation: its times mean nothing");
}

ANECHAIN_INLINE host::Program HostDevice::compile(std::string_view text, std::span<const std::byte> blob) const {
  const auto the_blob = [blob](std::string_view) { return blob.empty() ? std::nullopt : std::optional{blob}; };
  return compile(text, the_blob, {});
}

ANECHAIN_INLINE host::Program HostDevice::compile(std::string_view text, const mil::WeightFiles& files, std::string_view function) const {
  return Program{std::make_shared<host::Plan>(text, files, function, helper_)};
}

}  // namespace anechain

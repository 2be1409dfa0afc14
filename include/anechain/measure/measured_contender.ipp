// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <anechain/kernels/bytes.hpp>
#include <anechain/measure/measured_contender.hpp>

namespace anechain {

ANECHAIN_INLINE Bytes MeasuredFlow::bytes() const {
  Bytes sum;
  for (const MeasuredKernel& program : programs) {
    sum.input += program.bytes.input;
    sum.output += program.bytes.output;
    sum.weights += program.bytes.weights;
  }
  return sum;
}

ANECHAIN_INLINE std::int64_t MeasuredFlow::link_bytes() const {
  if (wiring) return wiring->bytes;
  return programs.empty() ? 0 : bytes().output - programs.back().bytes.output;
}

ANECHAIN_INLINE Difference difference(const MeasuredContender& a, const MeasuredContender& b) {
  if (a.label != b.label) return Difference::label;
  const MeasuredStrategy& s = a.strategy;
  const MeasuredStrategy& t = b.strategy;
  if (s.name != t.name || s.lanes != t.lanes || s.work != t.work || s.copies != t.copies || s.hops != t.hops) return Difference::strategy;
  if (a.flow.programs.size() != b.flow.programs.size()) return Difference::programs;
  for (std::size_t k = 0; k < a.flow.programs.size(); ++k) {
    const MeasuredKernel& p = a.flow.programs[k];
    const MeasuredKernel& q = b.flow.programs[k];
    if (p.inputs != q.inputs || p.outputs != q.outputs) return Difference::types;
    if (p.weights != q.weights) return Difference::weights;
    if (p.text != q.text) return Difference::text;
  }
  if (a.flow.wiring != b.flow.wiring) return Difference::types;
  if (a.flow.parts.size() != b.flow.parts.size()) return Difference::parts;
  return Difference::none;
}

}  // namespace anechain

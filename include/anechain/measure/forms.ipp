// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

#include <anechain/flow/traced.hpp>
#include <anechain/measure/forms.hpp>

namespace anechain {

ANECHAIN_INLINE FlowFacts facts_of(const flow::Traced& flow) {
  const auto owner = std::make_shared<const std::pair<flow::Traced, flow::Traced>>(flow, flow.whole());
  const auto& [traced, whole] = *owner;
  return {traced.name(), traced.kernels(), traced.facts(), whole.kernels(), whole.facts(), owner};
}

}  // namespace anechain

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace anechain::executor {

/// The jobs of one pass in flight, in order: steps, each a kernel's evaluation and what is done on the link behind it, and between them
/// interludes, which are all else: steps of the CPU, and further readers of a link. What an executor calls.
template <class Step, class Interlude>
class Lane {
 public:
  using StepType = Step;  ///< what most jobs are

  constexpr Lane() = default;
  /// Of jobs that outlive it; interludes in order.
  constexpr Lane(std::span<Step> steps, std::span<Interlude> interludes) : steps_(steps), interludes_(interludes) {}

  /// Calls `visit(job)` for every job in order; calling a job does it. A lane without interludes takes no longer than a loop over its
  /// steps.
  template <class Visit>
  void for_each(Visit visit) const {
    Step* step = steps_.data();
    for (Interlude& interlude : interludes_) {
      for (Step* const end = steps_.data() + interlude.position; step != end; ++step) visit(*step);
      visit(interlude);
    }
    for (Step* const end = steps_.data() + steps_.size(); step != end; ++step) visit(*step);
  }

  /// How many jobs there are.
  std::size_t size() const { return steps_.size() + interludes_.size(); }

 private:
  std::span<Step> steps_;
  std::span<Interlude> interludes_;
};

}  // namespace anechain::executor

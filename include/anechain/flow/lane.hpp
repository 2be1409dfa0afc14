// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace anechain::executor {

/// The jobs of one node of a flow: what must be done before them, and which groups wait for them.
struct Group {
  std::size_t first_step;             ///< in the lane's steps
  std::size_t steps;                  ///< one, or none for a step of the CPU
  std::size_t first_interlude;        ///< in the lane's interludes
  std::size_t interludes;             ///< done after the step
  std::size_t waits_for;              ///< how many groups must be done before
  std::span<const std::size_t> next;  ///< groups that wait for this one
};

/// The jobs of one pass in flight, in order: steps, each a kernel's evaluation and what is done on the link behind it, and between them
/// interludes, which are all else: steps of the CPU, and further readers of a link. What an executor calls.
template <class Step, class Interlude>
class Lane {
 public:
  using StepType = Step;  ///< what most jobs are

  constexpr Lane() = default;
  /// Of jobs that outlive it; interludes in order. Groups are needed only by an executor that does not keep to that order.
  constexpr Lane(std::span<Step> steps, std::span<Interlude> interludes, std::span<const Group> groups = {})
      : steps_(steps), interludes_(interludes), groups_(groups) {}

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

  /// The jobs by nodes: what can be done in another order, or at once.
  std::span<const Group> groups() const { return groups_; }

  /// Calls `visit(job)` for the jobs of one group, in order.
  template <class Visit>
  void for_each_of(std::size_t group, Visit visit) const {
    const Group& jobs = groups_[group];
    for (Step& step : steps_.subspan(jobs.first_step, jobs.steps)) visit(step);
    for (Interlude& interlude : interludes_.subspan(jobs.first_interlude, jobs.interludes)) visit(interlude);
  }

  /// How many jobs there are.
  std::size_t size() const { return steps_.size() + interludes_.size(); }

 private:
  std::span<Step> steps_;
  std::span<Interlude> interludes_;
  std::span<const Group> groups_;
};

}  // namespace anechain::executor

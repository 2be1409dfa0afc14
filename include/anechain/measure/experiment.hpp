// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <anechain/flow/weights.hpp>
#include <anechain/measure/definition.hpp>
#include <anechain/measure/describe.hpp>
#include <anechain/measure/forms.hpp>
#include <anechain/measure/name_pattern.hpp>
#include <anechain/measure/processes.hpp>
#include <anechain/measure/report.hpp>
#include <anechain/measure/surroundings.hpp>
#include <anechain/measure/trial.hpp>

namespace anechain {

/// What can be chosen for a run without changing what competes.
struct ExperimentOptions {
  Protocol protocol{};  ///< how it is measured and judged
  /// Only contenders whose name matches one of these patterns, and the baselines that they are compared with; all if it is empty. See
  /// matches().
  std::vector<std::string> filter{};
  /// Patterns of the names that become baselines of groups that have none where they were defined.
  std::vector<std::string> baselines{};
  bool across = false;  ///< also compare contenders of other groups with the first baseline
  /// The number of this process if the run has several, from 1: each has its own schedule, weights and data. 0 if there is only one, and in
  /// the program that starts them.
  std::size_t process = 0;
  std::size_t parts = 0;  ///< how often this process was interrupted before; the run continues its measurement
  std::function<void(std::size_t, const WeightFacts&, std::span<float>)> weights{};  ///< a WeightSource; random if it is empty
  std::function<void(const Progress&)> on_progress{};                                ///< told of every step; nobody if it is empty
  const std::atomic<bool>* interrupted = nullptr;  ///< once it is true, no visit is begun; what was measured stands, as incomplete

  /// The seed of the weights.
  std::uint64_t seed() const { return protocol.seed + process; }

  /// The seed of the schedule, the gaps and the data; another one after each interruption.
  std::uint64_t schedule_seed() const { return seed() + 1000 * parts; }
};

/// A function that makes a device: `[] { return HostDevice{}; }`.
template <class Make>
concept DeviceFactory = std::invocable<Make&> && Device<std::invoke_result_t<Make&>>;

/// Contenders on one device, measured against each other in one protocol: every contender is in every round. A contender is a chain under a
/// strategy, with a label if it needs one.
///
///     using Net = Repeat<Conv1x1<768, 256>, 12>;
///     Experiment experiment{device, baseline<Net>(run_only), contender<Net>(sequential), contender<Net>(zero_copy),
///                           contender<Net::Fused, "fused">(run_only)};
///     experiment.add<Repeat<Conv1x1<768, 256, mil::fp32>, 12>, "fp32">(run_only);
///     const Report report = experiment.run({.protocol = Protocol::quick(), .across = true});
///
/// A function that makes a device can be given instead of a device. The experiment can then run in several processes, if main begins with
/// process_main():
///
///     int main(int argc, char** argv) {
///       anechain::process_main(argc, argv);
///       Experiment experiment{[] { return HostDevice{}; }, baseline<Net>(run_only), contender<Net>(zero_copy)};
///       const Report report = experiment.run({.protocol = Protocol::publish()});  // five processes
///
/// What the constructor is given is checked by the compiler: names, baselines, strategies that need links, kernels that the device can run.
/// More is added at run time. Contenders whose chains compute the same kernels, fused or not, are a group, and are compared with its
/// baseline.
template <Device D>
class Experiment {
 public:
  /// The device must outlive it.
  template <class... Definitions>
  explicit Experiment(D& device, Definitions... definitions) : device_(&device) {
    define_all(definitions...);
  }

  /// `make` is called once in each process that measures, at the beginning of a run.
  template <DeviceFactory Make, class... Definitions>
    requires std::same_as<std::invoke_result_t<Make&>, D>
  explicit Experiment(Make make, Definitions... definitions) : make_([make] { return std::unique_ptr<D>(new D(make())); }) {
    define_all(definitions...);
  }

  /// Adds a chain under each of the strategies. The label can name one contender only. Throws std::invalid_argument if there is a contender
  /// of that name.
  template <ChainType C, Label Name = "", StrategyWithName... S>
  Experiment& add(S... strategies) {
    static_assert(sizeof...(S) > 0, "anechain::Experiment::add: name a strategy: add<Chain>(run_only)");
    static_assert(sizeof...(S) == 1 || Name.view().empty(),
                  "anechain::Experiment::add: a label names one contender: add each strategy by itself");
    static_assert((detail::LinkCostWithoutLink<C, S>::value && ...));
    static_assert(detail::chain_can_be_run_by<D, C>);
    (enter(facts_of(C{}), strategies, std::string{Name.view()}, false), ...);
    return *this;
  }

  /// The same for a chain that was traced at run time, or is known as data. Throws std::invalid_argument if there is a contender of that
  /// name, the chain has no kernel, or the strategy needs links and the chain has none.
  ///@{
  template <StrategyWithName S>
  Experiment& add(const flow::Traced& flow, S strategy, std::string label = {}) {
    return add(facts_of(flow), strategy, std::move(label));
  }
  template <StrategyWithName S>
  Experiment& add(FlowFacts flow, S strategy, std::string label = {}) {
    enter(std::move(flow), strategy, std::move(label), false);
    return *this;
  }
  ///@}

  /// The same for the baseline of its group.
  ///@{
  template <StrategyWithName S>
  Experiment& add_baseline(const flow::Traced& flow, S strategy, std::string label = {}) {
    return add_baseline(facts_of(flow), strategy, std::move(label));
  }
  template <StrategyWithName S>
  Experiment& add_baseline(FlowFacts flow, S strategy, std::string label = {}) {
    static_assert(S::work == Work::all, "anechain: a baseline runs kernels: others are compared with what it takes");
    enter(std::move(flow), strategy, std::move(label), true);
    return *this;
  }
  ///@}

  /// The names of all contenders, in their order.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Entry& entry : entries_) all.push_back(entry.name);
    return all;
  }

  /// The names of the contenders that a run with these options has. Throws std::invalid_argument as run() does.
  std::vector<std::string> names(const ExperimentOptions& options) const {
    Measurement measurement;
    find_contenders(measurement, options);
    return measurement.names();
  }

  /// Compiles, verifies and measures. A contender that cannot be compiled or set up, fails, or gives a wrong result is part of the report
  /// with its reason and without samples. If the protocol asks for several processes, they are started one after the other; one
  /// that dies is listed in Report::failed_processes. Throws std::invalid_argument if a group of several contenders has no baseline or two,
  /// a pattern matches nothing, nothing is left to measure, or several processes are asked for without a function that makes devices or
  /// process_main(); MeasurementError if the device's clock goes back, stands still, or is too coarse for the budget.
  Report run(const ExperimentOptions& options = {}) const { return run(options, usual_conduct); }

  /// The same by a protocol of the user's own. `conduct` is called once in each process, with the contenders bound and a launch begun;
  /// which of them it verifies and visits, and in which order, is its own affair. Set the order of `options.protocol` to Order::other: only
  /// samples in this library's rounds can be analysed.
  template <std::invocable<MeasurementSession&> Conduct>
  Report run(const ExperimentOptions& options, Conduct conduct) const {
    const std::size_t processes = options.protocol.launches;
    if (options.process > 0 || processes <= 1) return run_here(options, conduct);
    if (!make_)
      throw std::invalid_argument("an experiment in " + std::to_string(processes) +
                                  " processes makes a device in each: give it a function that makes one, "
                                  "Experiment{[] { return HostDevice{}; }, ...}, or ask for one process, .protocol.launches = 1");
    (void)names(options);  // throws here what it would throw in every process
    return measure_in_processes({.processes = processes, .interrupted = options.interrupted}, [&](std::size_t process) {
      ExperimentOptions own = options;
      own.process = process;
      return run_here(own, conduct);
    });
  }

  /// The same without the environment.
  Measurement measure(const ExperimentOptions& options = {}) const { return measure(options, usual_conduct); }

  /// The same by a protocol of the user's own.
  template <std::invocable<MeasurementSession&> Conduct>
  Measurement measure(const ExperimentOptions& options, Conduct conduct) const {
    return std::move(run(options, conduct).measurements.front());
  }

 private:
  static void usual_conduct(MeasurementSession& session) { Trial{session}.run(); }

  template <class... Definitions>
  void define_all(Definitions... definitions) {
    static_assert((detail::is_defined<Definitions> && ...),
                  "anechain::Experiment: after the device come contenders: baseline<Chain>(strategy), contender<Chain>(strategy)");
    if constexpr ((detail::is_defined<Definitions> && ...)) {
      static_assert(detail::Definition<Definitions...>::check());
      static_assert((detail::chain_can_be_run_by<D, typename Definitions::Chain> && ...));
      (define(definitions), ...);
    }
  }

  /// In this process.
  template <class Conduct>
  Report run_here(const ExperimentOptions& options, Conduct conduct) const {
    const std::unique_ptr<D> made = make_ ? make_() : nullptr;
    D& device = made ? *made : *device_;
    Report report{.environment = surroundings_of(device)};
    report.measurements.push_back(measure_on(device, options, conduct));
    report.interrupted = options.interrupted != nullptr && options.interrupted->load();
    return report;
  }

  template <class Conduct>
  Measurement measure_on(D& device, const ExperimentOptions& options, Conduct conduct) const {
    Measurement measurement{.protocol = options.protocol, .across = options.across};
    const std::vector<std::size_t> selected = find_contenders(measurement, options);
    detail::Forms<D> forms{device};
    std::vector<std::unique_ptr<Contender>> contenders(selected.size());
    bind(device, measurement, selected, forms, contenders, options);
    ClockOf<D> clock{device};
    const RunControl control{.seed = options.schedule_seed(),
                             .on_progress = options.on_progress,
                             .interrupted = options.interrupted,
                             .process = std::max<std::size_t>(1, options.process),
                             .resumed = options.parts > 0};
    MeasurementSession session{measurement, contenders, control, clock};
    conduct(session);
    return measurement;
  }

  /// A contender, its strategy's type forgotten but for how to bind it.
  struct Entry {
    std::string name;
    std::string label;
    FlowFacts flow;
    MeasuredStrategy strategy;
    bool is_baseline;  ///< named where it was defined
    std::unique_ptr<Contender> (*bind)(D&, CompiledForm<D>&, const flow::Facts& flow);
  };

  template <class C, class S, Label Name, bool IsBaseline>
  void define(Defined<C, S, Name, IsBaseline>) {
    enter(facts_of(C{}), S{}, std::string{Name.view()}, IsBaseline);
  }

  template <StrategyWithName S>
  void enter(FlowFacts flow, S, std::string label, bool is_baseline) {
    if (uses_links<S> && flow.programs.size() < 2 && !measured_links(flow.flow))
      throw std::invalid_argument(flow.name + " is one program and has no link, so " + std::string{S::name} +
                                  " has nothing to do on it: use run_only, or a chain of two kernels or more");
    std::string name = label.empty() ? flow.name + "/" + std::string{S::name} : label;
    if (std::ranges::find(entries_, name, &Entry::name) != entries_.end())
      throw std::invalid_argument("there is a contender '" + name + "' already: give this one a label of its own");
    const auto bind = [](D& device, CompiledForm<D>& form, const flow::Facts& of) -> std::unique_ptr<Contender> {
      return std::make_unique<StrategyContender<D, S>>(device, form, of);
    };
    entries_.push_back({std::move(name), std::move(label), std::move(flow), measured_strategy<S>(), is_baseline, bind});
  }

  /// Contenders are of one group if their flows have the same parts, wired in the same way.
  static bool are_of_one_group(const Entry& a, const Entry& b) {
    return are_same(a.flow.parts, b.flow.parts) && flow::same_wiring(a.flow.whole, b.flow.whole);
  }

  /// For each entry the entry that is the baseline of its group.
  std::vector<std::size_t> find_baselines(const std::vector<std::string>& patterns) const {
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    for (const std::string& pattern : patterns)
      if (std::ranges::none_of(entries_, [&](const Entry& entry) { return matches(entry.name, pattern); }))
        throw std::invalid_argument("baselines: no contender is called '" + pattern + "'");
    std::vector<std::size_t> baselines(entries_.size(), none);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (baselines[i] != none) continue;
      std::vector<std::size_t> group;
      for (std::size_t k = i; k < entries_.size(); ++k)
        if (are_of_one_group(entries_[i], entries_[k])) group.push_back(k);
      const std::size_t base = baseline_of(group, patterns);
      for (const std::size_t member : group) baselines[member] = base;
    }
    return baselines;
  }

  std::size_t baseline_of(const std::vector<std::size_t>& group, const std::vector<std::string>& patterns) const {
    std::vector<std::size_t> found;
    for (const std::size_t member : group)
      if (entries_[member].is_baseline) found.push_back(member);
    if (found.empty())
      for (const std::size_t member : group)
        if (entries_[member].strategy.work == Work::all && matches_any(entries_[member].name, patterns)) found.push_back(member);
    if (found.empty() && group.size() == 1) return group.front();
    if (found.empty())
      throw std::invalid_argument("'" + entries_[group[0]].name + "' and '" + entries_[group[1]].name +
                                  "' are of one group, which has no baseline: name one in the options, .baselines = {\"" +
                                  entries_[group[0]].name + "\"}");
    if (found.size() > 1)
      throw std::invalid_argument("'" + entries_[found[0]].name + "' and '" + entries_[found[1]].name +
                                  "' are both baselines of one group: it has one");
    return found.front();
  }

  /// Fills in the contenders that the options ask for, and returns which entries they are.
  std::vector<std::size_t> find_contenders(Measurement& measurement, const ExperimentOptions& options) const {
    if (entries_.empty()) throw std::invalid_argument("the experiment has no contender");
    for (const std::string& pattern : options.filter)
      if (std::ranges::none_of(entries_, [&](const Entry& entry) { return matches(entry.name, pattern); }))
        throw std::invalid_argument("filter: no contender is called '" + pattern + "'; there are " + joined_names());
    const std::vector<std::size_t> baselines = find_baselines(options.baselines);
    std::vector<bool> is_selected(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (options.filter.empty() || matches_any(entries_[i].name, options.filter)) is_selected[i] = is_selected[baselines[i]] = true;

    std::vector<std::size_t> selected;
    std::vector<std::size_t> place(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (is_selected[i]) {
        place[i] = selected.size();
        selected.push_back(i);
      }
    for (const std::size_t i : selected) {
      const Entry& entry = entries_[i];
      MeasuredContender& contender = measurement.contenders.emplace_back();
      contender.name = entry.name;
      contender.label = entry.label;
      contender.flow.name = entry.flow.name;
      for (const KernelFacts& kernel : entry.flow.programs) contender.flow.programs.push_back(measured_kernel(kernel));
      for (const KernelFacts& kernel : entry.flow.parts) contender.flow.parts.push_back(measured_kernel(kernel));
      contender.flow.wiring = measured_links(entry.flow.flow);
      contender.strategy = entry.strategy;
      contender.baseline = place[baselines[i]];
    }
    return selected;
  }

  std::string joined_names() const {
    std::string all;
    for (const Entry& entry : entries_) all += (all.empty() ? "" : ", ") + entry.name;
    return all;
  }

  /// The weights of a flow are those of its parts, so that fused or not it computes the same.
  static WeightBlobs weights_of(const FlowFacts& flow, const ExperimentOptions& options) {
    const WeightBlobs of_parts =
        options.weights ? WeightBlobs{flow.parts, options.weights} : WeightBlobs{flow.parts, random_weights(options.seed())};
    return are_same(flow.programs, flow.parts) ? of_parts : of_parts.refitted(flow.programs);
  }

  static bool are_same(std::span<const KernelFacts> a, std::span<const KernelFacts> b) {
    return std::ranges::equal(a, b, {}, &KernelFacts::text, &KernelFacts::text);
  }

  /// Compiles every flow once, the longest first, since shorter ones may be its beginning, and binds every contender.
  void bind(D& device, Measurement& measurement, const std::vector<std::size_t>& selected, detail::Forms<D>& forms,
            std::vector<std::unique_ptr<Contender>>& contenders, const ExperimentOptions& options) const {
    std::vector<std::size_t> by_length(selected.size());
    std::iota(by_length.begin(), by_length.end(), std::size_t{0});
    const auto length_of = [&](std::size_t place) { return entries_[selected[place]].flow.programs.size(); };
    std::ranges::sort(by_length,
                      [&](std::size_t a, std::size_t b) { return length_of(a) != length_of(b) ? length_of(a) > length_of(b) : a < b; });
    std::vector<CompiledForm<D>*> form_of(selected.size());
    for (std::size_t i = 0; i < by_length.size(); ++i) {
      if (options.on_progress) options.on_progress({"compiling", i, by_length.size()});
      const std::size_t place = by_length[i];
      const FlowFacts& flow = entries_[selected[place]].flow;
      const auto before = std::span{by_length}.first(i);
      const auto known = std::ranges::find_if(before, [&](std::size_t other) {
        const FlowFacts& its = entries_[selected[other]].flow;
        return are_same(its.programs, flow.programs) && are_same(its.parts, flow.parts);
      });
      if (known != before.end()) {
        form_of[place] = form_of[*known];
        measurement.contenders[place].failure = measurement.contenders[*known].failure;
      } else {
        measurement.contenders[place].failure =
            detail::failure_of([&] { form_of[place] = &forms.compiled(flow, weights_of(flow, options)); });
      }
    }
    for (std::size_t i = 0; i < selected.size(); ++i)
      if (form_of[i] != nullptr)
        measurement.contenders[i].failure = detail::failure_of([&] {
          contenders[i] = entries_[selected[i]].bind(device, *form_of[i], entries_[selected[i]].flow.flow);
          measurement.contenders[i].memory = contenders[i]->memory();
        });
  }

  D* device_ = nullptr;                         ///< null if each run makes its own
  std::function<std::unique_ptr<D>()> make_{};  ///< empty if there is one device for all runs
  std::vector<Entry> entries_;
};

/// The device's type is all that an experiment's own depends on.
///@{
template <Device D, class... Definitions>
Experiment(D&, Definitions...) -> Experiment<D>;
template <DeviceFactory Make, class... Definitions>
Experiment(Make, Definitions...) -> Experiment<std::invoke_result_t<Make&>>;
///@}

}  // namespace anechain

// SPDX-License-Identifier: MIT
// The throughput-ceiling experiment: what does the CPU's round trip between two kernels cost, and what would be gained
// without it? Chains of 1x1 convolutions, as in the experiment that this one succeeds, of any size and length.
#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include <anechain/devices/ane/options.hpp>
#include <anechain/devices/simulated.hpp>

#include "arguments.hpp"
#include "commands.hpp"
#include "measure.hpp"
#include "output.hpp"

namespace program {
namespace {

// CLI11 takes "nan" and "inf" for numbers within any range.
std::string require_digits(const std::string& text) {
  return text.find_first_not_of("0123456789.e+-") == std::string::npos ? std::string{} : "not a number: " + text;
}
const CLI::Validator digits_only{require_digits, ""};

template <anechain::EnumerationWithWords Enumeration>
CLI::IsMember a_word_of() {
  const auto& words = anechain::words_of<Enumeration>;
  return CLI::IsMember{std::vector<std::string>(words.begin(), words.end())};
}

void add_output(CLI::App& app, const char* flag, std::string& path, const char* what) {
  app.add_option(flag, path, what)->type_name("FILE")->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_outputs(CLI::App& app, OutputPaths& paths) {
  paths.resize(formats().size());
  for (std::size_t i = 0; i < paths.size(); ++i) add_output(app, formats()[i].flag, paths[i], formats()[i].help);
}

void add_ane(CLI::App& app, RunArguments& run) {
  app.add_option("--route", run.route, "On the ANE: how programs are evaluated: standard, realtime, direct or program")
      ->check(a_word_of<ane::Route>())
      ->capture_default_str();
  app.add_option("--qos", run.qos, "On the ANE: quality of service")->check(CLI::Range(0, 63))->capture_default_str();
  app.add_flag("--distinct", run.distinct,
               "On the ANE: make every compiled program one of its own, though its text and weights are another's");
  app.add_option("--framework", run.framework, "On the ANE: a library in place of Apple's, for tests")->type_name("FILE");
}

void add_confidence(CLI::App& app, double& percent, const char* of_what) {
  app.add_option("--confidence", percent, of_what)->check(digits_only)->check(CLI::Range(50.0, 99.99))->capture_default_str();
}

void add_epsilon(CLI::App& app, double& percent, const char* of_what) {
  app.add_option("--epsilon", percent, of_what)->check(digits_only)->check(CLI::Range(0.0, 100.0))->capture_default_str();
}

// What is measured, whatever measures it.
void add_design(CLI::App& app, RunArguments& run) {
  std::vector<std::string> presets;
  for (const simulated::Preset& preset : simulated::presets()) presets.emplace_back(preset.name);
  app.add_option("--preset", run.preset, "The simulated engine")->check(CLI::IsMember(presets))->capture_default_str();
  app.add_option("--chain", run.chain, "The kernels: conv, 1x1 convolutions as in the original, or transformer, its layers")
      ->check(CLI::IsMember({"conv", "transformer"}))
      ->capture_default_str();
  app.add_option("--config", run.configurations,
                 "Sizes to measure, CHANNELSxSPATIAL, separated by commas (" + std::string{original_configurations} + "; of transformers " +
                     std::string{transformer_configurations} + ")");
  app.add_option("--length", run.length, "Kernels in the chain")->check(CLI::Range(2, 1000))->capture_default_str();
  app.add_option("--seed", run.seed, "Seed of the schedule, the weights and the data")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_confidence(app, run.confidence_percent, "Per cent, of all comparisons of a size together");
}

void add_experiment(CLI::App& app, RunArguments& run) {
  app.add_option(
         "--device", run.device,
         "Where to run: host, ane (the Apple Neural Engine), auto (ane where there is one), or simulated (virtual time, known costs)")
      ->check(CLI::IsMember({"host", "ane", "auto", "simulated"}))
      ->capture_default_str();
  add_ane(app, run);
  add_design(app, run);
  app.add_option("--rounds", run.rounds, "Exactly so many rounds; otherwise a pilot of 48 decides, from 400 to 4000")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--budget", run.budget_s, "Seconds of measuring for each size, at most (20)")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--quick", run.quick, "A first look: 96 to 400 rounds, 3 s for each size");
  add_epsilon(app, run.epsilon_percent, "Per cent of a pass: the smallest effect of interest");
}

void add_run(CLI::App& app, RunArguments& run) {
  add_experiment(app, run);
  app.add_option("--filter", run.filter,
                 "Contenders to measure, separated by commas: names, strategies or patterns (256x64/zero_copy, fused, 64x32/*); their "
                 "baselines are "
                 "kept. All by default")
      ->delimiter(',');
  app.add_flag("--together", run.together, "All sizes take turns in one experiment, and are compared with each other too");
  app.add_option("--lengths", run.lengths, "Chain lengths for the regression and the cost model, or none (1,2,4,8,12)");
  app.add_option("--target", run.target_us, "Microseconds a link: the half-width that the pilot plans for")
      ->check(digits_only)
      ->check(CLI::Range(1e-6, 1e6));
  app.add_option("--launches", run.launches, "Processes, each with memory and programs of its own")->check(CLI::Range(1, 100));
  app.add_option("--history", run.history,
                 "equal: every strategy follows every other; own: each follows itself; both: in turns, and the carry-over between them")
      ->check(a_word_of<History>());
  app.add_flag("--no-gaps", run.no_gaps, "No random pause before each round");
  app.add_option("--estimator", run.estimator, "median, trim20 or mean")->check(a_word_of<Estimator>())->capture_default_str();
  app.add_option("--protocol", run.protocol, "recommended, original (that of the experiment which this one succeeds), or both")
      ->check(CLI::IsMember({"recommended", "original", "both"}))
      ->capture_default_str();
  app.add_flag("--publish", run.publish, "For numbers that others will cite: five launches, history own, 60 s for each size");
  app.add_option("--peak-tflops", run.peak_tflops, "The most that the device computes, for the share of the speed of light")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--bandwidth", run.bandwidth, "The most that its memory gives, GB/s, for the same")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--strict", run.strict, "Exit code 3 where a comparison is unreliable or not conclusive");
  app.add_flag("--list", run.only_list, "List the strategies, sizes and presets, and end");
  app.add_option("--launch", run.launch)->group("");  // for the processes that --launches starts
  add_outputs(app, run.outputs);
}

}  // namespace
}  // namespace program

int main(int argc, char** argv) {
  using namespace program;
  CLI::App app{"Measures what the CPU's round trip between two kernels of a chain costs."};
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", std::string{anechain::version});

  // `run` may be left out.
  RunArguments run_arguments;
  add_run(app, run_arguments);
  CLI::App& run_command = *app.add_subcommand("run", "Measure, and report; what is done where no command is given");
  add_run(run_command, run_arguments);

  ReportArguments report_arguments;
  CLI::App& report_command = *app.add_subcommand("report", "Make a report anew from the samples in a JSON file");
  report_command.add_option("FILE", report_arguments.path, "What --json wrote")->required();
  report_command.add_option("--estimator", report_arguments.estimator, "median, trim20 or mean")->check(a_word_of<Estimator>());
  report_command.add_option("--confidence", report_arguments.confidence_percent, "Per cent")
      ->check(digits_only)
      ->check(CLI::Range(50.0, 99.99));
  report_command.add_option("--epsilon", report_arguments.epsilon_percent, "Per cent of a pass")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 100.0));
  add_outputs(report_command, report_arguments.outputs);

  CompareArguments compare_arguments;
  CLI::App& compare_command = *app.add_subcommand("compare", "Compare two JSON files: what became slower, and is it sure");
  compare_command.add_option("FIRST", compare_arguments.first, "The older one")->required();
  compare_command.add_option("SECOND", compare_arguments.second, "The newer one")->required();
  add_confidence(compare_command, compare_arguments.confidence_percent, "Per cent");
  add_epsilon(compare_command, compare_arguments.epsilon_percent, "Per cent: the threshold");
  add_output(compare_command, "--html", compare_arguments.html, "Write a page");
  compare_command.add_flag("--fail-on-regression", compare_arguments.fail_on_regression,
                           "Exit code 1 where something became slower by more than that");
  compare_command.add_flag("--strict", compare_arguments.strict, "Exit code 3 where a comparison is ambiguous or inconclusive");

  CollateArguments collate_arguments;
  CLI::App& collate_command = *app.add_subcommand("collate", "Put the reports of several machines into one table, by chip");
  collate_command.add_option("PATH", collate_arguments.paths, "What --json wrote: files, and folders of them")->required();
  add_output(collate_command, "--markdown", collate_arguments.markdown, "Write the table as Markdown");
  add_output(collate_command, "--html", collate_arguments.html, "Write the table as a page");

  RunArguments selftest_arguments;
  CLI::App& selftest_command =
      *app.add_subcommand("selftest", "A/A: measure the baseline against itself; exit code 1 where that shows a difference");
  add_experiment(selftest_command, selftest_arguments);

  RunArguments plan_arguments;
  CLI::App& plan_command = *app.add_subcommand("plan", "What a design would resolve, on a simulated engine");
  add_design(plan_command, plan_arguments);

  RunArguments doctor_arguments;
  CLI::App& doctor_command =
      *app.add_subcommand("doctor", "What was found of the Apple Neural Engine, and whether it works: for a bug report");
  doctor_command.add_option("--framework", doctor_arguments.framework, "A library in place of Apple's, for tests")->type_name("FILE");

  try {
    app.parse(argc, argv);
    // What stands before a command is the run's, and would be lost without a word.
    for (const CLI::Option* option : app.get_options())
      if (option->count() > 0 && !app.get_subcommands().empty() && !run_command.parsed())
        throw UsageError(option->get_name() + " belongs behind " + app.get_subcommands().front()->get_name());
    if (report_command.parsed()) return program::report(report_arguments);
    if (compare_command.parsed()) return program::compare(compare_arguments);
    if (collate_command.parsed()) return program::collate(collate_arguments);
    if (selftest_command.parsed()) return selftest(selftest_arguments);
    if (plan_command.parsed()) return plan(plan_arguments);
    if (doctor_command.parsed()) return doctor(doctor_arguments);
    end_on_signals();
    return run(run_arguments, {argv, argv + argc});
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    std::cerr << "throughput_ceiling: " << error.what() << '\n';
    return usage_error;
  } catch (const UsageError& error) {
    std::cerr << "throughput_ceiling: " << error.what() << '\n';
    return usage_error;
  } catch (const std::exception& error) {
    std::cerr << "throughput_ceiling: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}

// The throughput-ceiling experiment: what does the CPU's round trip between two kernels cost, and what would be gained
// without it? Chains of 1x1 convolutions, as in the experiment that this one succeeds, of any size and length.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "commands.hpp"

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
  report_command.add_option("--estimator", report_arguments.estimator, "median, trim20 or mean")
      ->check(CLI::IsMember({"median", "trim20", "mean"}));
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
  compare_command.add_option("--confidence", compare_arguments.confidence_percent, "Per cent")
      ->check(digits_only)
      ->check(CLI::Range(50.0, 99.99))
      ->capture_default_str();
  compare_command.add_option("--epsilon", compare_arguments.epsilon_percent, "Per cent: the threshold")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  compare_command.add_flag("--fail-on-regression", compare_arguments.fail_on_regression,
                           "Exit code 1 where something became slower by more than that");
  compare_command.add_flag("--strict", compare_arguments.strict, "Exit code 3 where a comparison is ambiguous or inconclusive");

  RunArguments selftest_arguments;
  CLI::App& selftest_command =
      *app.add_subcommand("selftest", "A/A: measure the baseline against itself; exit code 1 where that shows a difference");
  add_experiment(selftest_command, selftest_arguments);

  RunArguments plan_arguments;
  plan_arguments.device = "simulated";
  CLI::App& plan_command = *app.add_subcommand("plan", "What a design would resolve, on a simulated engine");
  add_experiment(plan_command, plan_arguments);

  try {
    app.parse(argc, argv);
    if (report_command.parsed()) return program::report(report_arguments);
    if (compare_command.parsed()) return program::compare(compare_arguments);
    if (selftest_command.parsed()) return selftest(selftest_arguments);
    if (plan_command.parsed()) return plan(plan_arguments);
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

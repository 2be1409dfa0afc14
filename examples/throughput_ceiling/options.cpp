// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <anechain/devices/ane/options.hpp>
#include <anechain/devices/simulated.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "output.hpp"

namespace program {
namespace {

// CLI11 takes "nan" and "inf" for numbers within any range.
std::string require_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.e+-") == std::string::npos ? std::string{} : "not a number: '" + text + "'";
}
const CLI::Validator digits_only{require_digits, ""};

template <anechain::EnumerationWithWords Enumeration>
CLI::IsMember a_word_of() {
  const auto& words = anechain::words_of<Enumeration>;
  return CLI::IsMember{std::vector<std::string>(words.begin(), words.end())};
}

// If a value is missing, CLI11 takes the next option as the value.
std::string require_text(const std::string& text) {
  if (text.empty()) return "an empty value";
  return text.starts_with("--") ? "its value is missing, or is it '" + text + "'? (a file of that name is ./" + text + ")" : std::string{};
}
const CLI::Validator is_text{require_text, ""};

void add_output(CLI::App& app, const char* flag, std::string& path, const char* what) {
  app.add_option(flag, path, what)->type_name("FILE")->check(is_text);
}

void add_outputs(CLI::App& app, OutputPaths& paths) {
  paths.resize(formats().size());
  for (std::size_t i = 0; i < paths.size(); ++i) add_output(app, formats()[i].flag, paths[i], formats()[i].help);
}

void add_ane(CLI::App& app, RunArguments& run) {
  app.add_option("--route", run.route, "On the ANE: how programs are evaluated: standard, realtime, direct or program")
      ->check(a_word_of<ane::Route>())
      ->capture_default_str();
  add_whole_number(app, "--qos", run.qos, "On the ANE: quality of service", 0U, 63U);
  app.add_flag("--distinct", run.distinct,
               "On the ANE: make every compiled program one of its own, though its text and weights are another's");
  app.add_option("--framework", run.framework, "On the ANE: a library in place of Apple's, for tests")->type_name("FILE")->check(is_text);
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
                     std::string{transformer_configurations} + ")")
      ->check(is_text);
  add_whole_number<std::size_t>(app, "--length", run.length, "Kernels in the chain", 2, 1000);
  add_whole_number<std::uint64_t>(app, "--seed", run.seed, "Seed of the schedule, the weights and the data", 0,
                                  std::numeric_limits<std::uint64_t>::max());
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
  add_whole_number<std::size_t>(app, "--rounds", run.rounds, "Exactly so many rounds; otherwise a pilot of 48 decides, from 400 to 4000", 1,
                                1'000'000);
  app.add_option("--budget", run.budget_s, "Seconds of measuring for each size, at most (20)")
      ->check(digits_only)
      ->check(CLI::Range(0.0, 1e6));
  app.add_flag("--quick", run.quick, "A first look: 96 to 400 rounds, 3 s for each size");
  add_epsilon(app, run.epsilon_percent, "Per cent of a pass: the smallest effect of interest");
}

void add_run(CLI::App& app, RunArguments& run) {
  add_experiment(app, run);
  app.add_option_function<std::string>(
         "--filter", [&run](const std::string& text) { run.filter = parts("--filter", text); },
         "Contenders to measure, separated by commas: names, strategies or patterns (256x64/zero_copy, fused, 64x32/*); their baselines "
         "are "
         "kept. All by default")
      ->type_name("PATTERNS");
  app.add_flag("--together", run.together, "All sizes take turns in one experiment, and are compared with each other too");
  app.add_option("--lengths", run.lengths, "Chain lengths for the regression and the cost model, or none (1,2,4,8,12)")->check(is_text);
  app.add_option("--target", run.target_us, "Microseconds a link: the half-width that the pilot plans for")
      ->check(digits_only)
      ->check(CLI::Range(1e-6, 1e6));
  add_whole_number<std::size_t>(app, "--launches", run.launches, "Processes, each with memory and programs of its own", 1, 100);
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
      ->check(CLI::Range(1e-6, 1e6));
  app.add_option("--bandwidth", run.bandwidth, "The most that its memory gives, GB/s, for the same")
      ->check(digits_only)
      ->check(CLI::Range(1e-6, 1e6));
  app.add_flag("--strict", run.strict, "Exit code 3 where a comparison is unreliable or not conclusive");
  app.add_flag("--list", run.only_list, "List the strategies, sizes and presets, and end");
  app.add_option("--resume", run.resume,
                 "Go on with an interrupted run: what its --json wrote, which is written anew unless --json names "
                 "another file. Nothing of its design can be changed")
      ->type_name("FILE")
      ->check(is_text);
  add_outputs(app, run.outputs);
}

// A flag that has no effect with the other arguments, and the reason.
struct Useless {
  std::string_view flag;
  std::string_view why;
};

constexpr const char* of_blocks = "the original protocol has its own blocks, and compares nothing";
constexpr Useless with_original[]{{"--history", of_blocks},   {"--no-gaps", of_blocks},
                                  {"--rounds", of_blocks},    {"--budget", of_blocks},
                                  {"--target", of_blocks},    {"--quick", of_blocks},
                                  {"--publish", of_blocks},   {"--lengths", of_blocks},
                                  {"--together", of_blocks},  {"--strict", of_blocks},
                                  {"--estimator", of_blocks}, {"--confidence", of_blocks},
                                  {"--epsilon", of_blocks},   {"--filter", "the original protocol has its own four"}};
constexpr Useless off_the_engine[]{{"--route", "it is of the Apple Neural Engine: --device ane"},
                                   {"--qos", "it is of the Apple Neural Engine: --device ane"},
                                   {"--distinct", "it is of the Apple Neural Engine: --device ane"},
                                   {"--framework", "it is of the Apple Neural Engine: --device ane"}};

bool is_given(const CLI::App& app, std::string_view flag) {
  const CLI::Option* const option = app.get_option_no_throw(std::string{flag});
  return option != nullptr && option->count() > 0;
}

void require_none(const CLI::App& app, std::span<const Useless> flags) {
  for (const Useless& one : flags)
    if (is_given(app, one.flag)) throw UsageError(std::string{one.flag} + " does nothing here: " + std::string{one.why});
}

// Throws UsageError if any flag is given besides `with` and `allowed`.
void require_only(const CLI::App& app, std::string_view with, std::span<const std::string_view> allowed, const std::string& why) {
  for (const CLI::Option* option : app.get_options())
    if (option->count() > 0 && option->get_name() != with && std::ranges::find(allowed, option->get_name()) == allowed.end())
      throw UsageError(option->get_name() + " does nothing beside " + std::string{with} + ": " + why);
}

}  // namespace

Options::Options() {
  app_.require_subcommand(0, 1);
  app_.set_version_flag("--version", std::string{anechain::version});

  // `run` may be left out.
  add_run(app_, run_);
  run_command_ = app_.add_subcommand("run", "Measure, and report; what is done where no command is given");
  add_run(*run_command_, run_);

  CLI::App& report_command = *app_.add_subcommand("report", "Make a report anew from the samples in a JSON file");
  report_command.add_option("FILE", report_.path, "What --json wrote")->required()->check(is_text);
  report_command.add_option("--estimator", report_.estimator, "median, trim20 or mean")->check(a_word_of<Estimator>());
  report_command.add_option("--confidence", report_.confidence_percent, "Per cent")->check(digits_only)->check(CLI::Range(50.0, 99.99));
  report_command.add_option("--epsilon", report_.epsilon_percent, "Per cent of a pass")->check(digits_only)->check(CLI::Range(0.0, 100.0));
  add_outputs(report_command, report_.outputs);

  CLI::App& compare_command = *app_.add_subcommand("compare", "Compare two JSON files: what became slower, and is it sure");
  compare_command.add_option("FIRST", compare_.first, "The older one")->required()->check(is_text);
  compare_command.add_option("SECOND", compare_.second, "The newer one")->required()->check(is_text);
  add_confidence(compare_command, compare_.confidence_percent, "Per cent");
  add_epsilon(compare_command, compare_.epsilon_percent, "Per cent: the threshold");
  add_output(compare_command, "--html", compare_.html, "Write a page");
  compare_command.add_flag("--fail-on-regression", compare_.fail_on_regression,
                           "Exit code 1 where something became slower by more than that");
  compare_command.add_flag("--strict", compare_.strict, "Exit code 3 where a comparison is ambiguous or inconclusive");

  CLI::App& collate_command = *app_.add_subcommand("collate", "Put the reports of several machines into one table, by chip");
  collate_command.add_option("PATH", collate_.paths, "What --json wrote: files, and folders of them")->required()->check(is_text);
  add_output(collate_command, "--markdown", collate_.markdown, "Write the table as Markdown");
  add_output(collate_command, "--html", collate_.html, "Write the table as a page");

  CLI::App& selftest_command =
      *app_.add_subcommand("selftest", "A/A: measure the baseline against itself; exit code 1 where that shows a difference");
  add_experiment(selftest_command, selftest_);

  CLI::App& plan_command = *app_.add_subcommand("plan", "What a design would resolve, on a simulated engine");
  add_design(plan_command, plan_);

  CLI::App& doctor_command =
      *app_.add_subcommand("doctor", "What was found of the Apple Neural Engine, and whether it works: for a bug report");
  doctor_command.add_option("--framework", doctor_.framework, "A library in place of Apple's, for tests")
      ->type_name("FILE")
      ->check(is_text);

  const auto on = [this](CLI::App& command, std::function<int()> action) { command.callback([this, action] { action_ = action; }); };
  on(*run_command_, [this] { return program::run(run_, command_line_); });
  on(report_command, [this] { return program::report(report_); });
  on(compare_command, [this] { return program::compare(compare_); });
  on(collate_command, [this] { return program::collate(collate_); });
  on(selftest_command, [this] { return program::selftest(selftest_); });
  on(plan_command, [this] { return program::plan(plan_); });
  on(doctor_command, [this] { return program::doctor(doctor_); });
}

std::function<int()> Options::parsed(const std::vector<std::string>& command_line) {
  parse(command_line);
  return action_;
}

RunArguments Options::run_of(const std::vector<std::string>& command_line) {
  parse(command_line);
  const std::vector<CLI::App*> commands = app_.get_subcommands();
  if (!commands.empty() && commands.front() != run_command_) throw UsageError("it is no command line of run");
  return run_;
}

void Options::parse(const std::vector<std::string>& command_line) {
  command_line_ = command_line;
  action_ = [this] { return program::run(run_, command_line_); };
  std::vector<const char*> pointers;
  for (const std::string& one : command_line) pointers.push_back(one.c_str());
  app_.parse(static_cast<int>(pointers.size()), pointers.data());
  const std::vector<CLI::App*> commands = app_.get_subcommands();
  // An option before the command would be ignored.
  for (const CLI::Option* option : app_.get_options())
    if (option->count() > 0 && !commands.empty()) throw UsageError(option->get_name() + " belongs behind " + commands.front()->get_name());
  const CLI::App& command = commands.empty() ? app_ : *commands.front();
  if (commands.empty() || commands.front() == run_command_) require_sense(command, run_);
  if (command.get_name() == "selftest") require_sense(command, selftest_);
}

void Options::require_sense(const CLI::App& command, const RunArguments& arguments) {
  if (arguments.only_list) require_only(command, "--list", {}, "it lists, and ends");
  if (!arguments.resume.empty()) {
    std::vector<std::string_view> allowed{"--framework", "--strict"};
    for (const Format& format : formats()) allowed.push_back(format.flag);
    require_only(command, "--resume", allowed, "how the run is made is in the file");
    return;
  }
  if (arguments.protocol == "original") require_none(command, with_original);
  if (arguments.device != "ane" && arguments.device != "auto") require_none(command, off_the_engine);
  if (arguments.device != "simulated" && is_given(command, "--preset"))
    throw UsageError("--preset does nothing here: it is of the simulated engine: --device simulated");
  if (is_given(command, "--rounds") && is_given(command, "--target"))
    throw UsageError("--target does nothing beside --rounds: there are exactly as many rounds as that says");
  if (arguments.quick && arguments.publish) throw UsageError("--quick and --publish contradict each other");
  if (arguments.quick && arguments.no_gaps) throw UsageError("--no-gaps does nothing beside --quick, which has no gaps");
}

}  // namespace program

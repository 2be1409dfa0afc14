// The throughput-ceiling experiment: what does the CPU's round trip between two kernels cost, and what would be gained
// without it? Chains of 1x1 convolutions, as in the experiment that this one succeeds, of any size and length.
#include <anechain/anechain.hpp>
#include <anechain/experiment/report/json.hpp>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace anechain;

namespace {

using Experiment =
    ThroughputCeiling<TracedChain, Sequential, RunOnly, TransferOnly, GcdSerial, GcdSequential, ZeroCopy, Overlapped<2>, Fused>;

// The three sizes of the seed experiment: a test, a small network's, and a transformer's layers.
constexpr std::string_view seed_configurations = "64x32,256x64,768x256";

constexpr int usage_error = 2;

// Something that the user asked for and that cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Size {
  std::int64_t channels;
  std::int64_t spatial;
};

// "768x256". The largest extent is the ANE's (65536 channels, 65536 wide on its newest chips).
Size parsed_size(const std::string& text) {
  constexpr std::int64_t most = 65'536;
  const auto number = [&](std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::invalid_argument || end != digits.data() + digits.size())
      throw UsageError("--config " + text + ": expected CHANNELSxSPATIAL, like 256x64");
    if (error != std::errc{} || value < 1 || value > most)
      throw UsageError("--config " + text + ": channels and spatial size must be between 1 and " + std::to_string(most));
    return value;
  };
  const std::size_t cross = text.find('x');
  if (cross == std::string::npos) throw UsageError("--config " + text + ": expected CHANNELSxSPATIAL, like 256x64");
  return {number(std::string_view{text}.substr(0, cross)), number(std::string_view{text}.substr(cross + 1))};
}

// Refuses what would not fit in memory before it is asked for: weights as blobs and widened, for the chain, for its
// reference and once more for the fused form; two surfaces and working memory a kernel for every strategy.
void require_memory(const std::string& name, const Size& size, std::size_t length) {
  constexpr double bytes_per_weight = 20;
  constexpr double bytes_per_element = 12 * 9;
  const auto channels = static_cast<double>(size.channels);
  const double needed =
      static_cast<double>(length) * channels * (channels * bytes_per_weight + static_cast<double>(size.spatial) * bytes_per_element);
  const auto present = static_cast<double>(machine::memory());
  if (present > 0 && needed > present)
    throw UsageError("--config " + name + " --length " + std::to_string(length) + ": about " + report::scaled(needed, "B") +
                     " of memory needed, this machine has " + report::scaled(present, "B"));
}

TracedChain chain_of(const Size& size, std::size_t length) {
  TracedChain chain;
  for (std::size_t k = 0; k < length; ++k)
    chain.add("Conv1x1<" + std::to_string(size.channels) + ", " + std::to_string(size.spatial) + ">",
              mil::tensor(mil::fp16, 1, size.channels, 1, size.spatial),
              [size](mil::Builder& b, mil::Value x) { return conv1x1(b, x, size.channels); });
  return chain;
}

// A line on a terminal that says what is going on; nothing where stderr is not one.
class ProgressLine {
 public:
  ~ProgressLine() { clear(); }

  void show(const std::string& configuration, const Progress& progress) {
    if (!visible_) return;
    std::cerr << "\r\033[K" << configuration << ": " << progress.stage << ' ' << progress.done << '/' << progress.total << std::flush;
  }

  void clear() {
    if (visible_) std::cerr << "\r\033[K" << std::flush;
  }

 private:
  bool visible_ = isatty(STDERR_FILENO) != 0;
};

// Finds out before anything is measured whether the results can be written afterwards. Pipes, devices and links to
// nothing are left alone: they are tried at the end.
void require_writable(const std::string& path) {
  const std::filesystem::file_status status = std::filesystem::symlink_status(path);
  const bool exists = status.type() == std::filesystem::file_type::regular;
  if (std::filesystem::is_directory(status)) throw std::system_error(EISDIR, std::generic_category(), "cannot write " + path);
  if (!exists && std::filesystem::exists(status)) return;
  errno = 0;
  if (!std::ofstream(path, std::ios::app))
    throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), "cannot write " + path);
  if (!exists) std::filesystem::remove(path);
}

// CLI11 takes "nan" and "inf" for numbers within any range.
std::string require_digits(const std::string& text) {
  return text.find_first_not_of("0123456789.e+-") == std::string::npos ? std::string{} : "not a number: " + text;
}

void list() {
  std::cout << "strategies:\n";
  for (const std::string_view name : Experiment::strategy_names) std::cout << "  " << name << '\n';
  std::cout << "configurations, unless --config says otherwise:\n  " << seed_configurations << '\n';
}

struct Arguments {
  std::vector<std::string> configurations;
  std::size_t length = 12;
  std::string json_path;
  MeasurementOptions options;
};

Report run(const Arguments& arguments, const std::vector<std::string>& command_line) {
  std::vector<Size> sizes;
  for (const std::string& name : arguments.configurations) {
    sizes.push_back(parsed_size(name));
    require_memory(name, sizes.back(), arguments.length);
  }
  if (!arguments.json_path.empty()) require_writable(arguments.json_path);

  HostDevice device;
  Report report{.environment = {.device = device.name(), .arguments = command_line},
                .seed = arguments.options.seed,
                .rounds = arguments.options.rounds,
                .budget_s = std::chrono::duration<double>{arguments.options.budget}.count(),
                .measurements = {}};
  ProgressLine line;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string& name = arguments.configurations[i];
    MeasurementOptions options = arguments.options;
    options.on_progress = [&](const Progress& progress) { line.show(name, progress); };
    report.measurements.push_back(Experiment{name, chain_of(sizes[i], arguments.length)}.run(device, options));
  }
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Measures what the CPU's round trip between two kernels of a chain costs."};
  Arguments arguments;
  std::string configurations{seed_configurations};
  double budget_s = 20;
  bool only_list = false;
  app.add_option("--config", configurations, "Sizes to measure, CHANNELSxSPATIAL, separated by commas")->capture_default_str();
  app.add_option("--length", arguments.length, "Kernels in the chain")->check(CLI::Range(2, 1000))->capture_default_str();
  app.add_option("--strategies", arguments.options.strategies, "Strategies to measure, separated by commas; all by default")
      ->delimiter(',');
  app.add_option("--rounds", arguments.options.rounds, "Rounds, at most; in each, every strategy has two turns")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--budget", budget_s, "Seconds of measuring for each size, at most")
      ->check(CLI::Validator{require_digits, ""})
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--seed", arguments.options.seed, "Seed of the schedule, the weights and the data")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--json", arguments.json_path, "Write the results, with every sample, to this file")->type_name("FILE");
  app.add_flag("--list", only_list, "List the strategies and sizes, and end");
  app.set_version_flag("--version", std::string{version});

  try {
    app.parse(argc, argv);
    if (only_list) {
      list();
      return EXIT_SUCCESS;
    }
    arguments.options.budget = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{budget_s});
    arguments.configurations = CLI::detail::split(configurations, ',');
    for (const std::string& name : arguments.options.strategies)
      if (std::ranges::find(Experiment::strategy_names, name) == Experiment::strategy_names.end())
        throw UsageError("--strategies: there is no strategy '" + name + "'; --list names them");

    const Report report = run(arguments, {argv, argv + argc});
    report::print(std::cout, report);
    if (!std::cout.flush()) throw std::runtime_error("cannot write to standard output");
    if (!arguments.json_path.empty()) {
      const std::string document = report::json(report);
      mil::write_file(arguments.json_path, std::as_bytes(std::span{document}));
    }
    return report.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
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

// SPDX-License-Identifier: MIT
// Command lines that nobody would write, by a seed: PROGRAM must not crash, must say what is wrong, and must not claim success if an output
// that was asked for is not there.
//
//     fuzz_command_line PROGRAM FOLDER [RUNS [SEED]]
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <anechain/support/random.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

extern char** environ;

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr const char* stale = "what stood there before";

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What one run was asked for, and what came of it.
struct Run {
  Words arguments;
  std::vector<std::pair<std::string, std::string>> outputs;  ///< flag and path
  std::string standard_output;                               ///< a path, or empty if it is closed
  int status = 0;
  std::string errors;

  std::string command() const {
    std::string all;
    for (const std::string& one : arguments)
      all += (all.empty() ? "" : " ") + (one.empty() || one.find(' ') != std::string::npos ? "'" + one + "'" : one);
    return all + " > " + (standard_output.empty() ? "&-" : standard_output);
  }
};

class Fuzzer {
 public:
  Fuzzer(std::string program, fs::path folder, std::uint64_t seed)
      : program_(std::move(program)), folder_(std::move(folder)), random_(seed) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "a folder");
    fs::current_path(folder_);
    Run made{{"--device", "simulated", "--config", "4x4", "--length", "2", "--lengths", "none", "--rounds", "8", "--json", "report.json"},
             {},
             "made",
             0,
             {}};
    execute(made);
    if (made.status != 0) throw std::runtime_error("no report was made: " + made.errors);
    report_ = content("report.json");
    fs::copy_file("report.json", "other.json");
    std::ofstream{"no report.json"} << "{}";
    fs::create_symlink("behind the link", "link");
    fs::create_symlink("report.json", "report link");
  }

  /// Returns what is wrong with a run, or nothing.
  std::string run_once() {
    for (const char* name : {"x", "y", "z", "behind the link"}) std::ofstream{name} << stale;
    std::ofstream{"report.json", std::ios::binary} << report_;  // a run may replace it
    Run run = made_up();
    execute(run);
    const std::string wrong = what_is_wrong(run);
    ++(run.status == 0 ? successes_ : failures_);
    return wrong.empty() ? wrong : wrong + ": " + run.command() + "\n" + run.errors;
  }

  std::size_t successes() const { return successes_; }
  std::size_t failures() const { return failures_; }

 private:
  bool chance(double probability) { return random_.uniform() < probability; }
  const std::string& any_of(const Words& words) {
    return words[static_cast<std::size_t>(random_.uniform() * static_cast<double>(words.size()))];
  }

  /// An option, mostly with a value that is right.
  void option(Run& run, double probability, const std::string& flag, const Words& right, const Words& wrong = {}) {
    if (!chance(probability)) return;
    const bool is_wrong = !wrong.empty() && chance(0.04);
    run.arguments.push_back(flag);
    run.arguments.push_back(any_of(is_wrong ? wrong : right));
  }

  void output(Run& run, double probability, const std::string& flag) {
    if (!chance(probability)) return;
    static const Words right{"x", "y", "z", "link", "new file", "a folder/new", "./x", "/dev/null"};
    static const Words wrong{"", "a folder", "/nowhere/x", "report.json", "report link", "no report.json/x", "/dev/full", "x/y"};
    run.arguments.push_back(flag);
    run.arguments.push_back(any_of(chance(0.15) ? wrong : right));
    run.outputs.emplace_back(flag, run.arguments.back());
    if (chance(0.02)) run.arguments.pop_back();  // a value is missing
  }

  Run made_up() {
    static const Words numbers{"", "x", "-1", "0", "1.5", "0x4", "99999999999999999999", "nan", "1e999", "4 "};
    static const Words commands{"", "", "", "run", "report", "compare", "collate", "selftest", "plan", "nonsense"};
    Run run;
    const std::string command = any_of(commands);
    if (!command.empty()) run.arguments.push_back(command);
    if (command.empty() || command == "run" || command == "selftest" || command == "plan") {
      if (command != "plan") {
        option(run, 0.98, "--device", {"simulated"}, {"ane", "", "gpu"});
        option(run, 1, "--rounds", {"3", "4", "004"}, numbers);
        option(run, 0.2, "--budget", {"0.1", "0", "1e-3"}, numbers);
        if (chance(0.1)) run.arguments.emplace_back("--quick");
      }
      option(run, 1, "--config", {"4x4", "4x4,8x4"}, {"", ",", "4x4,", "4x4,4x4", "4", "0x4", "x", "4x4x4"});
      option(run, 1, "--length", {"2", "3"}, numbers);
      option(run, 0.2, "--preset", {"m1", "m5"}, {"m9", ""});
      option(run, 0.2, "--seed", {"0", "7", "010"}, numbers);
      option(run, 0.1, "--confidence", {"90", "99.9"}, numbers);
      option(run, 0.02, "--route", {"direct"});
      if (command.empty() || command == "run") {
        option(run, 1, "--lengths", {"none", "none", "none", "1,2"}, {"", "1,,2", "0", "x"});
        option(run, 0.2, "--filter", {"sequential", "run_only", "*/zero_copy", "sequential,fused"}, {"", ",", "sequentiel"});
        option(run, 0.1, "--launches", {"1", "2"}, numbers);
        option(run, 0.1, "--history", {"own", "both"}, {"none"});
        option(run, 0.1, "--protocol", {"original", "both", "recommended"}, {"mine"});
        option(run, 0.1, "--estimator", {"mean", "trim20"}, {"mode"});
        option(run, 0.03, "--target", {"1"}, numbers);
        option(run, 0.03, "--resume", {"report.json", "no report.json", "none"});
        for (const char* flag : {"--together", "--strict", "--no-gaps", "--publish", "--list", "--nonsense"})
          if (chance(flag[2] == 'l' || flag[3] == 'u' || flag[3] == 'o' ? 0.03 : 0.1)) run.arguments.emplace_back(flag);
        for (const char* flag : {"--json", "--csv", "--samples", "--markdown", "--html"}) output(run, 0.3, flag);
      }
    } else {
      const Words files{"report.json", "report.json", "other.json", "report link"};
      const Words wrong{"no report.json", "none", "", "a folder", "/dev/null"};
      for (std::size_t i = 0; i < (command == "compare" ? 2U : 1U); ++i) run.arguments.push_back(any_of(chance(0.1) ? wrong : files));
      if (command == "report")
        for (const char* flag : {"--json", "--csv", "--samples", "--markdown", "--html"}) output(run, 0.3, flag);
      if (command == "collate") output(run, 0.4, "--markdown");
      if (command == "collate" || command == "compare") output(run, 0.4, "--html");
      if (command == "compare" && chance(0.2)) run.arguments.emplace_back("--strict");
    }
    if (!run.arguments.empty() && chance(0.03)) std::swap(run.arguments.front(), run.arguments.back());
    const double where = random_.uniform();
    run.standard_output = where < 0.05 ? "/dev/full" : where < 0.1 ? "" : "printed";
    return run;
  }

  void execute(Run& run) {
    Words strings{program_};
    strings.insert(strings.end(), run.arguments.begin(), run.arguments.end());
    std::vector<char*> pointers;
    for (std::string& one : strings) pointers.push_back(one.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (run.standard_output.empty())
      posix_spawn_file_actions_addclose(&actions, STDOUT_FILENO);
    else
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, run.standard_output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "errors", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child = 0;
    if (posix_spawn(&child, program_.c_str(), &actions, nullptr, pointers.data(), environ) != 0)
      throw std::runtime_error("cannot start " + program_);
    posix_spawn_file_actions_destroy(&actions);
    waitpid(child, &run.status, 0);
    run.errors = content("errors");
  }

  static std::string what_is_wrong(const Run& run) {
    if (!WIFEXITED(run.status)) return "ended by signal " + std::to_string(WTERMSIG(run.status));
    const int code = WEXITSTATUS(run.status);
    if (code > 3) return "exit code " + std::to_string(code);
    if ((code == 1 || code == 2) && run.errors.find("throughput_ceiling: ") == std::string::npos && code == 2)
      return "exit code 2 without a word";
    if (run.errors.find("terminate called") != std::string::npos) return "an exception was not caught";
    const auto options = std::ranges::find_if(run.arguments, [](const std::string& one) { return one.starts_with("--"); });
    const bool reads = std::any_of(run.arguments.begin(), options, [](const std::string& one) { return one.starts_with("report."); });
    if (reads && content("report.json").find("anechain-bench") == std::string::npos) return "what was read is lost";
    if (code != 0) return {};
    if (run.standard_output != "printed") return "exit code 0, and nothing could be printed";
    if (content("printed").empty()) return "exit code 0, and nothing was printed";
    for (const auto& [flag, path] : run.outputs) {
      if (path.starts_with("/dev/")) {
        if (path == "/dev/full") return "exit code 0, and " + path + " cannot hold anything";
        continue;
      }
      const std::string found = content(path);
      if (found.empty() || found == stale) return "exit code 0, and " + flag + " " + path + " was not written";
      const std::string_view end = flag == "--json" ? "}\n" : flag == "--html" ? "</html>\n" : "\n";
      if (!found.ends_with(end)) return "exit code 0, and " + flag + " " + path + " is cut off";
    }
    return {};
  }

  std::string program_;
  fs::path folder_;
  std::string report_;  ///< content of the file that is read
  anechain::Random random_;
  std::size_t successes_ = 0;
  std::size_t failures_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: fuzz_command_line PROGRAM FOLDER [RUNS [SEED]]\n";
    return 2;
  }
  const std::size_t runs = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1000;
  const std::uint64_t seed = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 1;
  std::size_t wrong = 0;
  Fuzzer fuzzer{fs::absolute(argv[1]).string(), fs::absolute(argv[2]), seed};
  for (std::size_t i = 0; i < runs; ++i)
    if (const std::string what = fuzzer.run_once(); !what.empty()) {
      std::cout << "run " << i << ": " << what << '\n';
      ++wrong;
    }
  std::cout << runs << " command lines of seed " << seed << ": " << fuzzer.successes() << " succeeded, " << fuzzer.failures()
            << " were refused or failed, " << wrong << " went wrong\n";
  // As good as nothing is tested if almost all are refused.
  return wrong == 0 && fuzzer.successes() * 5 >= runs ? EXIT_SUCCESS : EXIT_FAILURE;
}

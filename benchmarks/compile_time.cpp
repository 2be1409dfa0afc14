// SPDX-License-Identifier: MIT
// How long do people wait for the compiler? Seconds, memory and object size of the public headers beside the headers of others that they
// include, and of chains that grow. Each file is compiled five times, in turns with the others; times are the processor's.
//   compile_time [RESULTS.json]
#include "results.hpp"

#include <anechain/core.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace anechain;

namespace {

const std::filesystem::path include_directory = BENCH_INCLUDE;

/// The headers that are not ours, of one of ours and of those that it includes, as their own lines say.
void collect_foreign(const std::string& header, std::set<std::string>& seen, std::set<std::string>& foreign) {
  if (!seen.insert(header).second) return;
  std::ifstream file(include_directory / header);
  constexpr std::string_view start = "#include <";
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(start)) continue;
    const std::string name = line.substr(start.size(), line.find('>') - start.size());
    if (name.starts_with("anechain/")) {
      collect_foreign(name, seen, foreign);
    } else {
      foreign.insert(name);
    }
  }
}

/// A file that includes those alone, as far as this system has them.
std::string foreign_headers_of(const std::string& header) {
  std::set<std::string> seen, foreign;
  collect_foreign(header, seen, foreign);
  std::string text;
  for (const std::string& name : foreign) text += "#if __has_include(<" + name + ">)\n#include <" + name + ">\n#endif\n";
  return text;
}

std::string including(const std::string& header) { return "#include <" + header + ">\n"; }

/// A file with a chain whose facts are used. Every kernel has weights, and so a text, a layout and checks.
std::string with_chain(const std::string& chain) {
  return including("anechain/core.hpp") +
         "using namespace anechain;\n"
         "template <int> struct Another {\n"
         "  static constexpr auto input = mil::tensor(mil::fp16, 1, 64, 1, 32);\n"
         "  static constexpr mil::Value body(mil::Body& b, mil::Value x) { return b.conv(x, b.weight(\"W\", mil::tensor(mil::fp16, 64, "
         "64, 1, 1))); }\n"
         "};\n"
         "using Net = " +
         chain +
         ";\n"
         "const KernelFacts* facts() { return Net::kernels.data(); }\n";
}

std::string equal_kernels(int count) { return "Repeat<Conv1x1<64, 32>, " + std::to_string(count) + ">"; }

std::string different_kernels(int count) {
  std::string chain = "Chain<";
  for (int k = 0; k < count; ++k) chain += (k > 0 ? ", Another<" : "Another<") + std::to_string(k) + ">";
  return chain + ">";
}

/// A file with a flow of so many nodes of four kernel types; half of the values have two readers.
std::string with_flow(int nodes) {
  return including("anechain/core.hpp") +
         "using namespace anechain;\n"
         "constexpr auto T = mil::tensor(mil::fp16, 1, 64, 1, 32);\n"
         "struct Sum {\n"
         "  static constexpr auto inputs = mil::ports({{\"a\", T}, {\"b\", T}});\n"
         "  static constexpr mil::Value body(mil::Body& b, mil::Value x, mil::Value y) { return b.add(x, y); }\n"
         "};\n"
         "struct Layers {\n"
         "  static constexpr auto input = T;\n"
         "  static constexpr flow::Value flow(flow::Builder& f, flow::Value x) {\n"
         "    for (std::size_t layer = 0; layer < " +
         std::to_string(nodes / 4) +
         "; ++layer) {\n"
         "      f.enter(\"layer\", layer);\n"
         "      const flow::Value normed = f.run<RmsNorm<64, 32>>(x);\n"
         "      const flow::Value gated = f.run<Sum>(f.run<Conv1x1<64, 32>>(normed), normed);\n"
         "      x = f.run<Sigmoid<64, 32>>(gated);\n"
         "      f.leave();\n"
         "    }\n"
         "    return x;\n"
         "  }\n"
         "};\n"
         "const KernelFacts* facts() { return Flow<Layers>::kernels.data(); }\n";
}

template <std::size_t Layers>
constexpr std::size_t fused_text = Repeat<Conv1x1<64, 32>, Layers>::Fused::kernels[0].text.size();

struct Case {
  std::string name;
  std::string source;
  bool with_precompiled = false;  ///< anechain.hpp is included, and was compiled before
  bool is_separate = false;       ///< as with anechain::compiled, whose own time is not counted
};

std::vector<Case> cases() {
  std::vector<Case> all{{"an empty file", ""}};
  for (const char* const header :
       {"anechain/core.hpp", "anechain/mil/parse.hpp", "anechain/mil/print.hpp", "anechain/mil/check.hpp", "anechain/mil/blob_file.hpp",
        "anechain/devices/host.hpp", "anechain/anechain.hpp", "anechain/ane.hpp"}) {
    all.push_back({header, including(header)});
    all.push_back({std::string{header} + ": others' headers", foreign_headers_of(header)});
  }
  std::ifstream quickstart(BENCH_QUICKSTART);
  all.push_back({"quickstart.cpp", {std::istreambuf_iterator<char>{quickstart}, {}}});
  all.push_back({"anechain/anechain.hpp, precompiled", "", true});
  all.push_back({"quickstart.cpp, with it precompiled", all[all.size() - 2].source, true});
  all.push_back({"quickstart.cpp, with anechain::compiled", all[all.size() - 3].source, false, true});
  for (const int count : {12, 48, 192}) all.push_back({std::to_string(count) + " equal kernels", with_chain(equal_kernels(count))});
  for (const int count : {12, 48}) all.push_back({std::to_string(count) + " different kernels", with_chain(different_kernels(count))});
  for (const int count : {12, 48, 192})
    all.push_back({std::to_string(count) + " kernels fused", with_chain(equal_kernels(count) + "::Fused")});
  for (const int count : {12, 192}) all.push_back({"a flow of " + std::to_string(count) + " nodes", with_flow(count)});
  return all;
}

struct Cost {
  double seconds = 0;
  double megabytes = 0;
  std::uintmax_t object_bytes = 0;
};

double seconds_of(const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); }

/// Compiles a file, with further words on the command line. Throws where the compiler refuses it.
Cost compile(const std::string& compiler, const std::filesystem::path& source, const std::filesystem::path& object,
             const std::vector<std::string>& further = {}) {
  std::filesystem::remove(object);
  std::vector<std::string> words{compiler, "-std=c++20", "-O2", "-DNDEBUG", "-I" BENCH_INCLUDE, "-I" BENCH_RANGES, "-pthread"};
  words.insert(words.end(), further.begin(), further.end());
  words.insert(words.end(), {"-c", source, "-o", object});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) != child) throw std::runtime_error("cannot run " + compiler);
  if (status != 0) throw std::runtime_error(compiler + " does not compile " + source.string());
#if defined(__APPLE__)
  constexpr double unit = 1;
#else
  constexpr double unit = 1024;
#endif
  return {seconds_of(used.ru_utime) + seconds_of(used.ru_stime), static_cast<double>(used.ru_maxrss) * unit / 1e6,
          std::filesystem::file_size(object)};
}

void measure(Results& results, const std::string& id, const std::string& compiler) {
  constexpr int repetitions = 5;
  const std::filesystem::path directory = std::filesystem::temp_directory_path() / ("anechain_compile_time_" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  const std::filesystem::path precompiled = directory / "precompiled.hpp";
  std::ofstream(precompiled) << including("anechain/anechain.hpp");
  compile(compiler, precompiled, precompiled.string() + ".gch", {"-x", "c++-header"});
  const std::vector<Case> all = cases();
  std::map<std::string, std::vector<double>> times;
  std::map<std::string, Cost> costs;
  for (int i = 0; i < repetitions; ++i)
    for (std::size_t c = 0; c < all.size(); ++c) {
      const std::filesystem::path source = directory / ("case" + std::to_string(c) + ".cpp");
      std::ofstream(source) << all[c].source;
      std::vector<std::string> further;
      if (all[c].with_precompiled) further = {"-include", precompiled};
      if (all[c].is_separate) further = {"-DANECHAIN_SEPARATE_COMPILATION"};
      costs[all[c].name] = compile(compiler, source, directory / "case.o", further);
      times[all[c].name].push_back(costs[all[c].name].seconds);
    }
  // Within the compiler's own limits? One that stops says why, at length.
  const std::filesystem::path deep = directory / "deep.cpp";
  std::ofstream(deep) << with_chain(equal_kernels(256) + "::Fused");
  const bool is_deep_enough =
      std::system((compiler + " -std=c++20 -fsyntax-only -I" BENCH_INCLUDE " " + deep.string() + " 2>/dev/null").c_str()) == 0;
  std::filesystem::remove_all(directory);

  Results::Rows rows{{"file", "time", "peak memory", "object", "of others' headers"}};
  const auto time = [&](const std::string& name) { return median(times.at(name)); };
  for (const Case& one : all) {
    const auto foreign = times.find(one.name.substr(0, one.name.find(',')) + ": others' headers");
    rows.push_back({one.name, fixed(time(one.name)) + " s", fixed(costs[one.name].megabytes, 0) + " MB",
                    fixed(static_cast<double>(costs[one.name].object_bytes) / 1e3, 1) + " kB",
                    foreign == times.end() ? "" : fixed(time(one.name) / time(foreign->first)) + " times"});
  }
  for (auto& [name, seconds] : times) results.samples()[id + ": " + name] = seconds;
  results.table("compile_time_" + id, rows);

  const std::string who = ", " + id;
  const double over = time("anechain/core.hpp") - time("anechain/core.hpp: others' headers");
  results.goal("core.hpp takes at most 0.15 s over the standard headers it includes" + who, fixed(over) + " s", over <= 0.15);
  const double times_of = time("anechain/anechain.hpp") / time("anechain/anechain.hpp: others' headers");
  results.goal("anechain.hpp takes at most 1.2 times the headers of others it includes" + who, fixed(times_of) + " times", times_of <= 1.2);
  const double precompiled_times = time("anechain/anechain.hpp, precompiled") / time("anechain/anechain.hpp: others' headers");
  results.goal("the same, precompiled" + who, fixed(precompiled_times) + " times", precompiled_times <= 1.2);
  const double longer = time("192 equal kernels") / time("12 equal kernels");
  results.goal("192 equal kernels take at most 1.2 times as long as 12" + who, fixed(longer) + " times", longer <= 1.2);
  const double each = (time("48 different kernels") - time("12 different kernels")) / 36;
  results.goal("different kernels take under 30 ms each" + who, fixed(each * 1e3, 1) + " ms", each < 0.03);
  const double wider = time("a flow of 192 nodes") / time("a flow of 12 nodes");
  results.goal("a flow of 192 nodes of four kernels takes at most 1.3 times as long as one of 12" + who, fixed(wider) + " times",
               wider <= 1.3);
  // Linear: a character of the longest program takes no longer than one of the first; a quarter more is what the clock cannot tell.
  const double early = (time("48 kernels fused") - time("12 kernels fused")) / static_cast<double>(fused_text<48> - fused_text<12>);
  const double late = (time("192 kernels fused") - time("48 kernels fused")) / static_cast<double>(fused_text<192> - fused_text<48>);
  results.goal("a fused program takes time in proportion to its text" + who,
               "a kilobyte " + fixed(early * 1e6, 1) + " ms from 12 to 48 kernels, " + fixed(late * 1e6, 1) + " ms from 48 to 192",
               late <= 1.25 * early);
  results.goal("256 fused kernels stay within the compiler's default limits" + who, is_deep_enough ? "they do" : "they do not",
               is_deep_enough);
}

std::string version_of(const std::string& compiler) {
  std::FILE* const pipe = popen((compiler + " -dumpfullversion 2>/dev/null || " + compiler + " -dumpversion").c_str(), "r");
  char text[64]{};
  if (pipe == nullptr) return "unknown";
  if (std::fgets(text, sizeof text, pipe) == nullptr) text[0] = '\0';
  pclose(pipe);
  return std::string{text}.substr(0, std::string_view{text}.find('\n'));
}

}  // namespace

int main(int argc, char** argv) {
  return run_program([&] {
    Results results;
    for (const auto& [id, name, compiler] :
         {std::array<std::string, 3>{"gcc", "compile times: GCC", BENCH_GCC}, {"clang", "compile times: Clang", BENCH_CLANG}}) {
      if (compiler.empty()) continue;
      results.version(name, version_of(compiler));
      measure(results, id, compiler);
    }
    results.write(argc, argv);
  });
}

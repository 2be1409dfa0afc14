// SPDX-License-Identifier: MIT
// From the results of the benchmarks the tables of a page, each between its markers, and every goal with its figure:
//   tables docs/performance.md RESULTS.json...
//   <!-- table: NAME --> ... <!-- end -->
#include "results.hpp"

#include <anechain/support/machine.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using Rows = Results::Rows;

std::string read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string markdown(const Rows& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::string& cell : rows[i]) text += "| " + cell + ' ';
    text += "|\n";
    if (i > 0) continue;
    for (std::size_t column = 0; column < rows[0].size(); ++column) text += column == 0 ? "|---" : "|---:";
    text += "|\n";
  }
  return text;
}

std::string compiler() {
#if defined(__clang__)
  return "Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__);
#elif defined(__GNUC__)
  return "GCC " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__);
#else
  return "unknown compiler";
#endif
}

/// Puts each table where the page wants it. Tables of benchmarks that were not run stay as they are.
std::string with_tables(const std::string& page, const std::map<std::string, Rows>& tables) {
  constexpr std::string_view begin = "<!-- table: ";
  constexpr std::string_view end = "<!-- end -->";
  std::string text;
  std::set<std::string> placed;
  std::size_t at = 0;
  for (std::size_t marker; (marker = page.find(begin, at)) != std::string::npos;) {
    const std::size_t name_end = page.find(" -->\n", marker);
    const std::size_t close = page.find(end, marker);
    if (name_end == std::string::npos || close == std::string::npos) throw std::runtime_error("a table without an end");
    const std::string name = page.substr(marker + begin.size(), name_end - marker - begin.size());
    const std::size_t body = name_end + std::string_view{" -->\n"}.size();
    text += page.substr(at, body - at);
    const auto found = tables.find(name);
    text += found != tables.end() ? '\n' + markdown(found->second) + '\n' : page.substr(body, close - body);
    placed.insert(name);
    at = close;
  }
  for (const auto& [name, rows] : tables)
    if (!placed.contains(name)) std::cerr << "the page has no place for the table '" << name << "'\n";
  return text + page.substr(at);
}

void make(const std::string& page, std::vector<std::string> results) {
  std::map<std::string, Rows> tables;
  Rows goals{{"goal", "figure", "holds"}};
  std::map<std::string, std::string> versions;
  for (const std::string& path : results) {
    const nlohmann::json json = nlohmann::json::parse(read(path));
    for (const auto& [name, rows] : json.at("tables").items()) tables[name] = rows.get<Rows>();
    for (const auto& goal : json.at("goals"))
      goals.push_back({goal.at("goal"), goal.at("figure"), goal.at("holds").get<bool>() ? "yes" : "**not met**"});
    if (json.contains("versions"))
      for (const auto& [name, version] : json.at("versions").items()) versions[name] = version;
  }
  using namespace anechain;
  Rows machine{{"", ""},
               {"processor", machine::processor() + ", " + std::to_string(machine::cores()) + " cores" +
                                 (machine::is_virtual() ? ", a virtual machine" : "")},
               {"system", machine::distribution()},
               {"compiler", compiler()},
               {"date", machine::utc().substr(0, 10)},
               {"load when it ended", fixed(machine::load())},
               {"command", "`make bench`"}};
  for (const auto& [name, version] : versions) machine.push_back({name, version});
  tables["machine"] = machine;
  tables["goals"] = goals;

  const std::string text = with_tables(read(page), tables);
  std::ofstream file(page);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + page);
  std::cout << '\n';
  for (std::size_t i = 1; i < goals.size(); ++i)
    std::cout << (goals[i][2] == "yes" ? "met      " : "NOT MET  ") << goals[i][0] << ": " << goals[i][1] << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "tables PAGE.md RESULTS.json...\n";
    return 2;
  }
  return run_program([&] { make(argv[1], {argv + 2, argv + argc}); });
}

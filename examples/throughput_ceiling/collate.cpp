// SPDX-License-Identifier: MIT
// collate: the reports of several machines in one table.
#include <anechain/analysis/collation.hpp>
#include <anechain/report/collation_document.hpp>
#include <anechain/report/html.hpp>
#include <anechain/report/markdown.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include "commands.hpp"
#include "output.hpp"

namespace program {
namespace {

// The files that are meant: those named, and all .json files in the folders named and below them, sorted.
std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
      if (entry.path().extension() == ".json" && entry.is_regular_file()) files.push_back(entry.path().string());
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
  }
  return files;
}

}  // namespace

int collate(const CollateArguments& arguments) {
  const std::vector<std::string> files = files_of(arguments.paths);
  Outputs outputs{files};
  outputs.add("--markdown", arguments.markdown, 0,
              [](std::ostream& to, const Report&, const report::Document& document) { report::markdown(to, document); });
  outputs.add("--html", arguments.html, 0,
              [](std::ostream& to, const Report&, const report::Document& document) { report::html(to, document); });

  std::vector<Report> reports;
  bool all_read = true;
  for (const std::string& file : files) {
    try {
      reports.push_back(read_report(file));
    } catch (const std::exception& error) {
      std::cerr << "throughput_ceiling: left out: " << error.what() << '\n';
      all_read = false;
    }
  }
  const std::vector<CollatedContender> rows = anechain::collate(reports);
  if (rows.empty()) throw UsageError("there is no report with a comparison in what was named");
  const report::Document document = report::document(rows);
  outputs.write({}, document);
  return all_read ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace program

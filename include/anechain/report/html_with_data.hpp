// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <sstream>
#include <string>

#include <anechain/measure/report.hpp>
#include <anechain/report/html.hpp>
#include <anechain/report/json.hpp>

/// A page with its report in it. Needs nlohmann_json.
namespace anechain::report {

/// The page with the report's JSON document in it, for programs to find by the id "report". If it would be larger than two
/// megabytes, it holds the samples of one round in every so many, and says so.
inline void html(std::ostream& to, const Report& report, const Document& document) {
  constexpr std::size_t most_bytes = 2'000'000;
  constexpr std::size_t bytes_of_sample = 44;
  const std::string body = page::body(document);
  std::size_t samples = 0;
  for (const Measurement& measurement : report.measurements) samples += measurement.samples.size();
  const std::size_t room = body.size() < most_bytes / 2 ? most_bytes - body.size() : most_bytes / 2;
  const std::size_t every_round = std::max<std::size_t>(1, (samples * bytes_of_sample + room - 1) / room);
  std::ostringstream data;
  detail::json(data, report, document, every_round);
  to << page::whole(document.title,
                    body +
                        (every_round == 1 ? ""
                                          : page::paragraph("This page holds the samples of every " + std::to_string(every_round) +
                                                                "th round; the report's JSON file has them all.",
                                                            "about")) +
                        page::json_block(data.str()));
}

}  // namespace anechain::report

// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace anechain::mil {

/// How many characters are to be changed, added or taken away to make one name of another; `most` at most. Names of more
/// than 64 characters count as far apart.
inline std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
  constexpr std::size_t longest = 64;
  const std::size_t apart = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (a.size() > longest || b.size() > longest || apart >= most) return most;
  std::array<std::size_t, longest + 1> row{};
  for (std::size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[k - 1] ? 0 : 1);
      diagonal = row[k];
      row[k] = std::min({replaced, row[k] + 1, row[k - 1] + 1});
    }
  }
  return std::min(row[b.size()], most);
}

/// "; did you mean 'conv'?": the nearest of the names that `project` makes of the entries, or nothing where none is near.
template <class Entries, class Projection>
std::string did_you_mean(std::string_view name, const Entries& entries, Projection project) {
  std::size_t best = std::min<std::size_t>(name.size() / 3 + 2, name.size());
  std::string_view nearest;
  for (const auto& entry : entries) {
    const std::string_view candidate = project(entry);
    const std::size_t distance = edit_distance(name, candidate, best);
    if (distance >= best || candidate.empty()) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest.empty() ? "" : "; did you mean '" + std::string{nearest} + "'?";
}

}  // namespace anechain::mil

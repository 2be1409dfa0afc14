// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/report/document.hpp>

namespace anechain::report {

ANECHAIN_INLINE void Table::add(Column column, std::vector<Cell> cells) {
  columns.push_back(std::move(column));
  cells.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].cells.push_back(std::move(cells[i]));
}

ANECHAIN_INLINE Section* Document::find(std::string_view id) {
  const auto found = std::ranges::find(sections, id, &Section::id);
  return found == sections.end() ? nullptr : &*found;
}

}  // namespace anechain::report

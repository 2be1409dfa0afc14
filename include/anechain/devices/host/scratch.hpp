// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>

namespace anechain::host {

/// Lays out scratch memory while a program is planned: a place for each value, given back when the value was used for the
/// last time. Small working memory stays in the caches.
class ScratchLayout {
 public:
  /// A place for so many cells, at a multiple of 16 cells: whole cache lines. The first gap that is large enough.
  std::size_t take(std::size_t cells) {
    const std::size_t size = std::max<std::size_t>((cells + 15) / 16 * 16, 16);
    for (auto gap = gaps_.begin(); gap != gaps_.end(); ++gap) {
      const auto [at, room] = *gap;
      if (room < size) continue;
      gaps_.erase(gap);
      if (room > size) gaps_.emplace(at + size, room - size);
      taken_.emplace(at, size);
      return at;
    }
    const std::size_t at = end_;
    end_ += size;
    taken_.emplace(at, size);
    return at;
  }

  /// Gives a place back. Gaps that touch become one.
  void give_back(std::size_t at) {
    const auto taken = taken_.find(at);
    if (taken == taken_.end()) return;
    const auto gap = gaps_.emplace(at, taken->second).first;
    taken_.erase(taken);
    if (const auto next = std::next(gap); next != gaps_.end() && gap->first + gap->second == next->first) {
      gap->second += next->second;
      gaps_.erase(next);
    }
    if (gap == gaps_.begin()) return;
    if (const auto before = std::prev(gap); before->first + before->second == gap->first) {
      before->second += gap->second;
      gaps_.erase(gap);
    }
  }

  /// Cells in all.
  std::size_t size() const { return end_; }

 private:
  std::map<std::size_t, std::size_t> gaps_;
  std::map<std::size_t, std::size_t> taken_;
  std::size_t end_ = 0;
};

}  // namespace anechain::host

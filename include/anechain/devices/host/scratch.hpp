// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace anechain::host {

/// Lays out scratch memory while a program is planned: a place for each value, given back when the value was used for the
/// last time. Small working memory stays in the caches.
class ScratchLayout {
 public:
  /// A place for so many cells, at a multiple of 16 cells: whole cache lines. The smallest gap that is large enough.
  std::size_t take(std::size_t cells) {
    const std::size_t size = std::max<std::size_t>((cells + 15) / 16 * 16, 16);
    std::size_t at = end_;
    if (const auto best = gaps_by_size_.lower_bound({size, 0}); best != gaps_by_size_.end()) {
      const auto [room, place] = *best;
      remove_gap(place, room);
      if (room > size) add_gap(place + size, room - size);
      at = place;
    } else {
      end_ += size;
    }
    taken_.emplace(at, size);
    return at;
  }

  /// Gives a place back. Gaps that touch become one.
  void give_back(std::size_t at) {
    const auto taken = taken_.find(at);
    if (taken == taken_.end()) return;
    std::size_t size = taken->second;
    taken_.erase(taken);
    if (const auto behind = gaps_.find(at + size); behind != gaps_.end()) {
      const auto [place, room] = *behind;
      remove_gap(place, room);
      size += room;
    }
    if (const auto next = gaps_.lower_bound(at); next != gaps_.begin()) {
      const auto [place, room] = *std::prev(next);
      if (place + room == at) {
        remove_gap(place, room);
        at = place;
        size += room;
      }
    }
    add_gap(at, size);
  }

  /// Cells in all.
  std::size_t size() const { return end_; }

 private:
  void add_gap(std::size_t at, std::size_t size) {
    gaps_.emplace(at, size);
    gaps_by_size_.emplace(size, at);
  }

  void remove_gap(std::size_t at, std::size_t size) {
    gaps_.erase(at);
    gaps_by_size_.erase({size, at});
  }

  std::map<std::size_t, std::size_t> gaps_;   ///< their sizes, by place
  std::map<std::size_t, std::size_t> taken_;  ///< the same of what is taken
  std::set<std::pair<std::size_t, std::size_t>> gaps_by_size_;
  std::size_t end_ = 0;
};

}  // namespace anechain::host

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace anechain {

/// What the surfaces of a pass take, of all lanes.
struct PassMemory {
  std::size_t surfaces = 0;      ///< how many there are
  std::int64_t bytes = 0;        ///< of all, padding included
  std::int64_t saved_bytes = 0;  ///< that as many more would take if no two values had one surface

  bool operator==(const PassMemory&) const = default;
};

}  // namespace anechain

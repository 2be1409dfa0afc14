// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>

/// Calls of operator new since the test program began.
extern std::atomic<std::size_t> allocations;

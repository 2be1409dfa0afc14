// SPDX-License-Identifier: MIT
#pragma once

namespace anechain::mil {

/// IEEE 754 binary16: the ANE's number. GCC has no _Float16 in C++ for 64-bit Arm before version 13; __fp16 is the same format.
#if defined(__aarch64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
using half = __fp16;
#else
using half = _Float16;
#endif

}  // namespace anechain::mil

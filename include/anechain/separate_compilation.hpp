// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>

/// How the longer functions of the library are compiled: with every file that includes them (the default), or once, in a library of their
/// own, if ANECHAIN_SEPARATE_COMPILATION is defined. CMake's target anechain::compiled does both: it defines that, and is that library. Such
/// functions stand in NAME.ipp beside the NAME.hpp that declares them.
#if defined(ANECHAIN_SEPARATE_COMPILATION)
#define ANECHAIN_INLINE
#else
#define ANECHAIN_INLINE inline
#endif

namespace anechain::detail {

/// Ends the program if its files were compiled in both ways: two forms of one function would be taken for the same. `mode` is 1 or 2.
inline bool compiled_as(int mode) {
  static int modes = 0;
  modes |= mode;
  if (modes == 3) {
    std::fputs(
        "anechain: some files of this program were compiled with ANECHAIN_SEPARATE_COMPILATION and others without: link all of them with "
        "anechain::compiled, or all with anechain::anechain\n",
        stderr);
    std::abort();
  }
  return true;
}

#if defined(ANECHAIN_SEPARATE_COMPILATION)
inline const bool is_compiled_separately = compiled_as(1);
#else
inline const bool is_compiled_with_every_file = compiled_as(2);
#endif

}  // namespace anechain::detail

// SPDX-License-Identifier: MIT
#pragma once

// What a compiler must bring. The first include of every header that users start from, so that what is missing is the first thing said.
#if !defined(__cplusplus) || __cplusplus < 202002L
#error "anechain needs C++20: compile with -std=c++20, or with CMake: target_compile_features(your_target PRIVATE cxx_std_20)"
#endif
#if defined(__apple_build_version__)
#if __clang_major__ < 15
#error "anechain needs Apple Clang 15 or later (Xcode 15)"
#endif
#elif defined(__clang__)
#if __clang_major__ < 16
#error "anechain needs Clang 16 or later"
#endif
#elif defined(__GNUC__)
#if __GNUC__ < 12
#error "anechain needs GCC 12 or later"
#endif
#else
#error "anechain needs GCC 12, Clang 16, Apple Clang 15 or later: other compilers have never built it"
#endif

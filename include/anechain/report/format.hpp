// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include <anechain/separate_compilation.hpp>

/// How reports write numbers.
namespace anechain::report {

/// A number with so many digits behind the point, and a point in every locale; "-" for what is no number.
std::string fixed(double number, int decimals, bool sign = false);

/// A number with three or four significant digits, and none behind the point where it has more in front of it.
std::string digits(double number, bool sign = false);

/// A share as per cents: "+1.31 %", "75.3 %". Two digits behind the point below ten.
std::string percent(double share, bool sign = false);

/// A count of something with the decimal prefix that fits: "302 MFLOP".
std::string scaled(double number, std::string_view unit);

}  // namespace anechain::report

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/report/format.ipp>
#endif

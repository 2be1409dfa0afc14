// SPDX-License-Identifier: MIT
#pragma once

#include <anechain/mil/check.hpp>

#include <string>
#include <string_view>

/// What is said of a text that is no valid program; "accepted" where it is one.
inline std::string fault_of(std::string_view text) {
  try {
    anechain::mil::parse_checked(text);
  } catch (const anechain::mil::ParseError& error) {
    return error.what();
  }
  return "accepted";
}

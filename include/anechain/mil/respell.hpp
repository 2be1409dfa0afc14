// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <anechain/mil/dialect.hpp>
#include <anechain/separate_compilation.hpp>

namespace anechain::mil {

/// A program's text in another dialect. What the first dialect has of its own, its attributes and the opset, becomes that of the other;
/// attributes and opsets that are neither's are kept. Throws ParseError if the text cannot be read, and TypeError if the other dialect
/// lacks an opset that an operation needs.
std::string respelled(std::string_view text, Dialect dialect);

}  // namespace anechain::mil

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/mil/respell.ipp>
#endif

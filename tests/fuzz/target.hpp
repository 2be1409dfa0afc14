// SPDX-License-Identifier: MIT
// What a fuzz target is made of: what it does with some bytes, and bytes that it should begin with. Linked with libFuzzer, or
// with main.cpp, which mutates the seeds itself, so that a short run is an ordinary test with any compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

/// Does something with bytes that nobody vouches for. It must return; what it finds wrong ends the program.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Well-formed inputs.
std::vector<std::string> seeds();

namespace fuzz {

inline void require(bool holds, std::string_view rule) {
  if (holds) return;
  std::cerr << "fuzz: " << rule << std::endl;
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace fuzz

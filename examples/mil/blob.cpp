// SPDX-License-Identifier: MIT
// blob list, blob check: what can be said of a weight file.
#include <anechain/mil/blob_file.hpp>

#include <iostream>
#include <string>
#include <vector>

#include "commands.hpp"

namespace program {

using namespace anechain;

int list_blob(const std::string& path) {
  const std::vector<std::byte> bytes = mil::read_file(path);
  for (const mil::BlobEntry& entry : mil::BlobReader{bytes}.entries())
    std::cout << "offset " << entry.metadata << "  " << facts(entry.dtype).name << "  " << entry.elements << " elements, "
              << entry.payload.size() << " bytes\n";
  return 0;
}

int check_blob(const std::string& path) {
  const std::vector<std::byte> bytes = mil::read_file(path);
  try {
    const auto entries = mil::BlobReader{bytes}.entries();
    std::cout << path << ": " << entries.size() << " tensors\n";
    return 0;
  } catch (const mil::BlobError& error) {
    std::cout << path << ": " << error.what() << '\n';
    return invalid;
  }
}

}  // namespace program

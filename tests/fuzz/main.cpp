// SPDX-License-Identifier: MIT
// A short run of a fuzz target without libFuzzer: its seeds and the files of the folders that are named, then so many mutations of them.
//   fuzz_parse --runs 20000 [FOLDER...]      fuzz_parse --write-seeds FOLDER
#include <anechain/mil/blob_file.hpp>
#include <anechain/support/random.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "target.hpp"

namespace {

using anechain::Random;

std::size_t below(Random& random, std::size_t count) {
  return std::min(static_cast<std::size_t>(random.uniform(0, static_cast<double>(count))), count - 1);
}

std::string mutated(std::string input, const std::vector<std::string>& pool, Random& random) {
  constexpr std::string_view words[]{"tensor<fp16, [",
                                     "?",
                                     "[]",
                                     "(",
                                     ")",
                                     "{",
                                     "}",
                                     "<",
                                     ">",
                                     "-1",
                                     "0",
                                     "99999999999999999999",
                                     "inf",
                                     "nan",
                                     "true",
                                     "state<",
                                     "BLOBFILE(",
                                     "= ",
                                     ";",
                                     ",",
                                     "\"",
                                     "\\",
                                     "const()[",
                                     "-> (",
                                     "uint64(",
                                     "\xff",
                                     "0x1p-1074"};
  for (std::size_t changes = 1 + below(random, 4); changes > 0; --changes) {
    const std::size_t at = below(random, input.size() + 1);
    const std::size_t length = std::min(below(random, 40), input.size() - at);
    switch (below(random, 6)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(below(random, 256));
        break;
      case 1: input.erase(at, length); break;
      case 2: input.insert(at, words[below(random, std::size(words))]); break;
      case 3: input.insert(at, input.substr(below(random, input.size() + 1), length)); break;
      case 4: {
        const std::string& other = pool[below(random, pool.size())];
        input.insert(at, other.substr(below(random, other.size() + 1), 2 * length));
        break;
      }
      default: input.resize(at); break;
    }
  }
  return input;
}

std::string content_of(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = anechain::mil::read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

int main(int count, char** values) {
  std::size_t runs = 1000;
  std::vector<std::string> pool = seeds();
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = values[i];
    if (argument == "--runs" && i + 1 < count) {
      runs = std::stoul(values[++i]);
    } else if (argument == "--write-seeds" && i + 1 < count) {
      const std::filesystem::path folder = values[++i];
      std::filesystem::create_directories(folder);
      for (std::size_t k = 0; k < pool.size(); ++k) {
        const std::string name = std::string{"seed"} + std::to_string(k);
        anechain::mil::write_file(folder / name, std::as_bytes(std::span{pool[k]}));
      }
      return 0;
    } else if (!std::filesystem::is_directory(argument)) {
      std::cout << "no folder " << argument << ": going on without it\n";
    } else {
      for (const auto& entry : std::filesystem::directory_iterator(argument))
        if (entry.is_regular_file()) pool.push_back(content_of(entry.path()));
    }
  }
  std::sort(pool.begin(), pool.end());
  const auto run = [](const std::string& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  };
  for (const std::string& input : pool) run(input);
  Random random{1};
  for (std::size_t i = 0; i < runs; ++i) run(mutated(pool[below(random, pool.size())], pool, random));
  std::cout << pool.size() << " inputs and " << runs << " mutations of them\n";
}

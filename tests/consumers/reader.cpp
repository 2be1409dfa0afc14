// The part of anechain that needs a JSON library.
#include <anechain/report/read_json.hpp>

#include <cstdlib>

int main() {
  try {
    (void)anechain::report::read_json("{}");
    return EXIT_FAILURE;
  } catch (const std::exception&) {
    return EXIT_SUCCESS;
  }
}

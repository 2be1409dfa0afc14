// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <anechain/flow/builder.hpp>

namespace anechain::flow {

ANECHAIN_INLINE std::string to_string(const Broken& broken, std::string_view node) {
  const std::string of_node = "node '" + std::string{node} + "'";
  const std::string port = "'" + std::string{broken.port} + "'";
  const std::string named = "'" + std::string{node} + "'";
  switch (broken.fault) {
    case Fault::none: return "nothing is wrong";
    case Fault::input_is_open: return of_node + ": nothing is given for its input " + port + ", " + to_string(broken.wanted);
    case Fault::no_such_input: return of_node + " has no input for " + std::string{broken.port};
    case Fault::input_given_twice: return of_node + ": its input " + port + " is given twice";
    case Fault::type_does_not_fit:
      return of_node + ": its input " + port + " takes " + to_string(broken.wanted) + ", but is given " + to_string(broken.given);
    case Fault::no_such_result: return of_node + " has no result " + port;
    case Fault::several_results: return of_node + " has several results: take one by its name";
    case Fault::result_is_not_read:
      return of_node + ": nobody reads its result " + port + ", " + to_string(broken.given) + "; if that is meant, ignore() it";
    case Fault::input_is_not_read: return "nobody reads the input " + named + ", " + to_string(broken.given);
    case Fault::carried_has_no_next:
      return "the carried value " + named + " has no next(): a pass would leave nothing for the one after it";
    case Fault::next_given_twice: return "the carried value " + named + " has two next()";
    case Fault::next_does_not_fit:
      return "the carried value " + named + " is " + to_string(broken.wanted) + ", but next() leaves " + to_string(broken.given);
    case Fault::next_from_outside: return "what next() leaves for the carried value " + named + " must be given by a node";
    case Fault::not_carried: return "next() is for a carried value, all of it";
    case Fault::no_such_channels: return "a range of channels beyond those of " + to_string(broken.given);
    case Fault::result_from_outside: return "the result " + named + " is an input, a parameter or a carried value: a node must give it";
    case Fault::two_results_of_one_name: return "two results are called " + named;
    case Fault::no_value: return "a value of no flow, or of another one";
    case Fault::no_node: return "the flow runs nothing";
  }
  return "";
}

}  // namespace anechain::flow

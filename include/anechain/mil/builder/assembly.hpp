// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

#include <anechain/mil/blob.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/infer.hpp>
#include <anechain/mil/ports.hpp>

namespace anechain::mil {

namespace detail {

inline constexpr std::string_view words_of_the_language[]{"true", "false", "inf", "nan", "tensor", "func", "program", "BLOBFILE", "state"};

/// Names that the builder gives to its own values, by their first letter: those of letter c are [starts[c], starts[c + 1]).
struct TakenNames {
  std::array<std::string_view, operation_table.size() + std::size(param_table)> names{};
  std::array<std::uint16_t, 129> starts{};
};

inline constexpr TakenNames taken_names = [] {
  TakenNames taken;
  const auto for_each = [](auto visit) {
    for (const OperationFacts& operation : operation_table) visit(operation.name);
    for (const ParamFacts& param : param_table)
      if (!param.constant_name.empty()) visit(param.constant_name);
  };
  const auto letter = [](std::string_view name) { return static_cast<std::size_t>(name[0]); };
  for_each([&](std::string_view name) { ++taken.starts[letter(name) + 1]; });
  for (std::size_t c = 1; c < taken.starts.size(); ++c) taken.starts[c] = static_cast<std::uint16_t>(taken.starts[c] + taken.starts[c - 1]);
  auto next = taken.starts;
  for_each([&](std::string_view name) { taken.names[next[letter(name)]++] = name; });
  return taken;
}();

}  // namespace detail

/// How a graph is put together: weights, constants, operations with inferred types. What the operations of Body are made with. Works in
/// constant expressions and at run time alike.
class Assembly {
 public:
  constexpr Assembly() {
    for (std::int32_t& latest : latest_) latest = -1;
    graph_.functions.push_back({.name = graph_.add_text("main")});
  }

  /// A tensor of the weight file. `name` is how `Weights` finds it: unique within the kernel, and not one of the names
  /// of its inputs and results, or of those that are given to other values (an operation's name, or a constant's, like "conv" or "st_1").
  /// `role` is what it is for: weight sources fill biases, gains and matrices differently; a causal mask they are not asked for.
  constexpr Value weight(std::string_view name, const TensorType& type, Role role = Role::matrix) {
    require_free(name, type);
    const blob::Placement placement{next_weight_, static_cast<std::uint64_t>(type.packed_bytes())};
    next_weight_ = blob::next_metadata(placement.end());
    if (path_.size == 0) path_ = graph_.add_text(blob::default_path);
    const Name scoped = scoped_name(name);
    weight_names_.push_back(scoped);
    return add_constant(scoped, type, {.kind = Constant::Kind::blob, .role = role, .text = path_, .blob_offset = placement.metadata});
  }

  /// An immediate number, for use as an operand: `b.mul(x, b.scalar(mil::fp16, 0.5))`. Floating numbers are rounded; one
  /// that is too large for its dtype, or no whole number for an integer dtype, is refused.
  constexpr Value scalar(DType dtype, double number) {
    const std::int64_t bits = element(dtype, number);
    return operand(Param::y, {dtype, {}}, {&bits, 1});
  }

  /// An immediate tensor: its elements in row-major order.
  constexpr Value constant(const TensorType& type, std::initializer_list<double> numbers) {
    require(std::ssize(numbers) == type.elements(), "constant", "{} numbers for {} elements", std::ssize(numbers), type.elements());
    Table<std::int64_t> bits;
    bits.reserve(numbers.size());
    for (const double number : numbers) bits.push_back(element(type.dtype, number));
    return operand(Param::y, type, {bits.data(), bits.size()});
  }

  /// Opens a scope for the kernel number `index` of a fused program: its weights are named "k<index>_<name>". Scopes nest.
  constexpr void enter(std::size_t index) {
    scopes_.push_back({scope_prefix_.size(), scope_weights_});
    scope_prefix_.append("k");
    append_number(scope_prefix_, index);
    scope_prefix_.append("_");
    scope_weights_ = weight_names_.size();
  }

  /// Closes the scope that `enter` opened.
  constexpr void leave() {
    scope_prefix_.truncate(scopes_.back().prefix);
    scope_weights_ = scopes_.back().weights;
    scopes_.truncate(scopes_.size() - 1);
  }

  /// The first rule that an operation broke, while a constant evaluation goes on.
  constexpr const BrokenRule& broken() const { return broken_; }

 protected:
  /// A value that an evaluation is given.
  constexpr Value declare_input(std::string_view name, const TensorType& type, bool state) {
    require(!type.shape.has_unknown(), "input", "its extents must be known when the kernel is compiled: the ANE takes no others");
    require_reasonable(type, "input");
    require_port_name(name, "input");
    const Value value = add_value(graph_.add_text(name), type, -1);
    graph_.values[static_cast<std::size_t>(value.id)].state = state;
    graph_.ports.push_back(value.id);
    ++graph_.functions[0].input_count;
    return value;
  }

  /// Ends the program with its results and gives the graph away.
  constexpr Graph finished(Entries<Result> results) {
    require(broken_.rule == nullptr, facts(broken_.operation).name.data(), broken_.rule, broken_.first, broken_.second);
    for (const Result& result : results) {
      const std::int32_t id = result.value.id;
      require(id >= 0, "body", "it returned no value");
      const std::int32_t operation = graph_[id].operation;
      require(operation >= 0 && graph_.operations[static_cast<std::size_t>(operation)].kind != OpKind::constant, "body",
              "it must return the result of an operation, not its input or a weight");
      require_port_name(result.name, "body");
      for (const std::int32_t other : graph_.ports_of(graph_.functions[0]))
        require(other != id, "body", "it returns one value as two results: give each a value of its own, b.identity(x) for example");
      for (const Name weight : weight_names_)
        require(!same_text(graph_.text(weight), result.name), "weight", "the name is that of a result of the program");
      graph_.values[static_cast<std::size_t>(id)].name = graph_.add_text(result.name);
      graph_.ports.push_back(id);
      ++graph_.functions[0].output_count;
    }
    for (const std::int32_t port : graph_.ports_of(graph_.functions[0])) yield_name(port);
    hoist_immediate_constants();
    graph_.functions[0].operation_count = static_cast<std::uint32_t>(graph_.operations.size());
    return static_cast<Graph&&>(graph_);
  }

  /// Appends an operation, with one result or as many as `results` takes; arguments without a value are left out.
  /// Once a rule is broken in a constant evaluation, what is built no longer matters: it goes on with an operand in place
  /// of the result, so that the body runs to its end and the rule can be reported.
  ///@{
  constexpr Value add(OpKind kind, std::initializer_list<Argument> arguments) { return add(kind, {arguments.begin(), arguments.size()}); }

  constexpr Value add(OpKind kind, Entries<Argument> arguments) {
    Value result;
    add(kind, arguments, {&result, 1});
    return result;
  }

  constexpr void add(OpKind kind, Entries<Argument> arguments, std::span<Value> results) {
    Operation operation{.kind = kind,
                        .first_argument = static_cast<std::uint32_t>(graph_.arguments.size()),
                        .result_count = static_cast<std::uint32_t>(results.size())};
    for (const Argument& argument : arguments) {
      if (argument.value < 0) continue;
      graph_.arguments.push_back(argument);
      ++operation.argument_count;
    }
    const auto number = static_cast<std::int32_t>(graph_.operations.size());
    const Operands operands{graph_, kind, graph_.arguments_of(operation), &broken_};
    operation.name = numbered(facts(kind).name, operations_of_[static_cast<std::size_t>(kind)]++);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const TensorType type = infer(operands, static_cast<std::uint32_t>(i));
      if (broken_.rule != nullptr) {
        for (Value& result : results) result = graph_.value(graph_.arguments.back().value);
        return;
      }
      require_reasonable(type, facts(kind).name.data());
      results[i] = add_value(i == 0 ? operation.name : part_name(operation.name, i), type, number);
    }
    operation.result = results.empty() ? -1 : results[0].id;
    graph_.operations.push_back(operation);
  }
  ///@}

  /// An immediate operand: integers (or the bits of doubles), a number, a flag, a string, a list of integers. Equal ones of one
  /// parameter are made once.
  ///@{
  constexpr Value operand(Param param, const TensorType& type, Entries<std::int64_t> numbers) {
    for (std::int32_t known = latest_[static_cast<std::size_t>(param)]; known >= 0;) {
      const Shared& shared = shared_.data()[known];
      if (shared.count == numbers.size() && holds(shared.first, numbers) && graph_[shared.value].type == type) return {shared.value, type};
      known = shared.previous;
    }
    return share(param, type, immediate(numbers));
  }
  constexpr Value operand(Param param, std::string_view text) {
    for (std::int32_t known = latest_[static_cast<std::size_t>(param)]; known >= 0;) {
      const Shared& shared = shared_.data()[known];
      if (same_text(graph_.string_of(graph_.numbers[shared.first]), text)) return graph_.value(shared.value);
      known = shared.previous;
    }
    const std::int64_t bits = to_bits(graph_.add_text(text));
    return share(param, {DType::string, {}}, immediate({&bits, 1}));
  }
  constexpr Value operand(Param param, bool flag) {
    const std::int64_t number = flag;
    return operand(param, {DType::boolean, {}}, {&number, 1});
  }
  constexpr Value operand(Param param, std::int64_t number) { return operand(param, {DType::int32, {}}, {&number, 1}); }
  constexpr Value operand(Param param, DType dtype, double number) {
    const std::int64_t bits = element(dtype, number);
    return operand(param, {dtype, {}}, {&bits, 1});
  }
  constexpr Value operand(Param param, Entries<std::int64_t> numbers) {
    return operand(param, {DType::int32, {{std::ssize(numbers)}, 1}}, numbers);
  }
  constexpr Value operand(Param param, std::initializer_list<std::int64_t> numbers) {
    return operand(param, Entries<std::int64_t>{numbers.begin(), numbers.size()});
  }
  ///@}

  /// An immediate operand of flags, one an axis.
  constexpr Value flags(Param param, std::initializer_list<bool> given) {
    std::int64_t numbers[max_rank]{};
    require(given.size() <= max_rank, facts(param).text.data(), "it has {} elements, there are at most {} axes", std::ssize(given),
            max_rank);
    std::size_t count = 0;
    for (const bool flag : given) numbers[count++] = flag;
    return operand(param, {DType::boolean, {{std::ssize(given)}, 1}}, {numbers, count});
  }

  /// A constant without a name, which is written where it is used.
  constexpr Value unnamed(const TensorType& type, Entries<std::int64_t> numbers) { return add_constant({}, type, immediate(numbers)); }

  /// Takes a constant's name away, so that it is written where it is used. Its weight is found by its name all the same.
  constexpr Value unnamed(Value value) {
    graph_.values[static_cast<std::size_t>(value.id)].name = {};
    return value;
  }

 private:
  struct Scope {
    std::size_t prefix;
    std::size_t weights;
  };

  /// A constant that was made for a parameter, so that equal operands share it; those of one parameter are a list.
  struct Shared {
    std::int32_t value;
    std::int32_t previous;
    std::uint32_t first;  ///< its elements in Graph::numbers
    std::uint32_t count;
  };

  /// Immediate constants come first, as in the original experiment's program; all else keeps its order.
  constexpr void hoist_immediate_constants() {
    const auto is_immediate = [&](const Operation& operation) {
      return operation.constant >= 0 && graph_.constants.data()[operation.constant].kind == Constant::Kind::immediate;
    };
    Table<Operation> ordered;
    ordered.reserve(graph_.operations.size());
    for (const bool immediate : {true, false})
      for (const Operation& operation : graph_.operations)
        if (is_immediate(operation) == immediate) {
          for (std::uint32_t i = 0; i < operation.result_count; ++i)
            graph_.values.data()[operation.result + static_cast<std::int32_t>(i)].operation = static_cast<std::int32_t>(ordered.size());
          ordered.push_back(operation);
        }
    graph_.operations = static_cast<Table<Operation>&&>(ordered);
  }

  static constexpr std::int64_t element(DType dtype, double number) {
    if (facts(dtype).floating) {
      constexpr double infinity = std::numeric_limits<double>::infinity();
      require(number == infinity || number == -infinity || number != number ||
                  (rounded(dtype, number) != infinity && rounded(dtype, number) != -infinity),
              "scalar", "the number is too large for its dtype");
      return to_bits(rounded(dtype, number));
    }
    require(number >= -0x1p31 && number < 0x1p32 && static_cast<double>(static_cast<std::int64_t>(number)) == number, "scalar",
            "the number is no 32-bit integer");
    const auto [least, most] = integer_range(dtype);
    require(static_cast<std::int64_t>(number) >= least && static_cast<std::int64_t>(number) <= most, "scalar",
            "the number is no {}-bit integer", facts(dtype).bits);
    return static_cast<std::int64_t>(number);
  }

  constexpr Value add_value(Name name, const TensorType& type, std::int32_t operation) {
    graph_.values.push_back({name, type, operation});
    return {static_cast<std::int32_t>(graph_.values.size() - 1), type};
  }

  constexpr Constant immediate(Entries<std::int64_t> numbers) {
    const auto first = static_cast<std::uint32_t>(graph_.numbers.size());
    for (const std::int64_t number : numbers) graph_.numbers.push_back(number);
    return {.first = first, .count = static_cast<std::uint32_t>(numbers.size())};
  }

  constexpr Value share(Param param, const TensorType& type, const Constant& constant) {
    const Value value =
        add_constant(numbered(facts(param).constant_name, constants_of_[static_cast<std::size_t>(param)]++), type, constant);
    shared_.push_back({value.id, latest_[static_cast<std::size_t>(param)], constant.first, constant.count});
    latest_[static_cast<std::size_t>(param)] = static_cast<std::int32_t>(shared_.size() - 1);
    return value;
  }

  constexpr Value add_constant(Name name, const TensorType& type, const Constant& constant) {
    require_reasonable(type, "const");
    const Value value = add_value(name, type, static_cast<std::int32_t>(graph_.operations.size()));
    graph_.constants.push_back(constant);
    graph_.operations.push_back(
        {.kind = OpKind::constant, .name = name, .result = value.id, .constant = static_cast<std::int32_t>(graph_.constants.size() - 1)});
    return value;
  }

  constexpr bool holds(std::uint32_t first, Entries<std::int64_t> numbers) const {
    const std::int64_t* mine = graph_.numbers.data() + first;
    const std::int64_t* const end = numbers.data() + numbers.size();
    for (const std::int64_t* number = numbers.data(); number != end;)
      if (*number++ != *mine++) return false;
    return true;
  }

  /// "conv" for the first, then "conv_1", "conv_2", ...
  constexpr Name numbered(std::string_view base, std::uint32_t ordinal) {
    Name name = graph_.add_text(base);
    if (ordinal == 0) return name;
    graph_.characters.append("_");
    append_number(graph_.characters, ordinal);
    name.size = static_cast<std::uint32_t>(graph_.characters.size()) - name.offset;
    return name;
  }

  /// An operation's first result has its name, "split_1", the others are "split_1_part1", "split_1_part2", ...
  constexpr Name part_name(Name operation, std::size_t part) {
    Characters base;
    base.append(graph_.text(operation));
    Name name = graph_.add_text(base.view());
    graph_.characters.append("_part");
    append_number(graph_.characters, part);
    name.size = static_cast<std::uint32_t>(graph_.characters.size()) - name.offset;
    return name;
  }

  constexpr Name scoped_name(std::string_view name) {
    Name scoped = graph_.add_text(scope_prefix_.view());
    scoped.size += graph_.add_text(name).size;
    return scoped;
  }

  /// Whether a name is one that the builder gives to its own values.
  static constexpr bool is_generated(std::string_view name) {
    const auto letter = static_cast<std::size_t>(name[0]) % 128;
    for (std::size_t i = detail::taken_names.starts[letter]; i < detail::taken_names.starts[letter + 1]; ++i)
      if (is_generated(name, detail::taken_names.names[i])) return true;
    return false;
  }

  /// A port keeps its name: a value that was given the same one gets another, with a number beyond all others.
  constexpr void yield_name(std::int32_t port) {
    const Name taken = graph_[port].name;
    if (!is_generated(graph_.text(taken))) return;
    for (std::size_t i = 0; i < graph_.values.size(); ++i) {
      if (static_cast<std::int32_t>(i) == port || !same_text(graph_.text(graph_.values[i].name), graph_.text(taken))) continue;
      Characters base;
      base.append(graph_.text(taken));
      const Name renamed = numbered(base.view(), static_cast<std::uint32_t>(graph_.values.size() + next_number_++));
      graph_.values[i].name = renamed;
    }
  }

  /// Whether a name may be that of an input, a result or a weight.
  constexpr void require_name(std::string_view name, const char* what) const {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    require(!name.empty() && is_letter(name[0]), what, "a name starts with a letter or an underscore");
    for (const char c : name) require(is_letter(c) || is_digit(c), what, "a name is made of letters, digits and underscores");
    for (const std::string_view& word : detail::words_of_the_language)
      require(!same_text(name, word), what, "the name is a word of the language");
    if (name[0] == 'k') {
      std::size_t end = 1;
      while (end < name.size() && is_digit(name[end])) ++end;
      require(end == 1 || end == name.size() || name[end] != '_', what, "names like k0_W are those of the weights of fused kernels");
    }
  }

  constexpr void require_port_name(std::string_view name, const char* what) const {
    require_name(name, what);
    for (const std::int32_t port : graph_.ports_of(graph_.functions[0]))
      require(!same_text(graph_.text(graph_[port].name), name), what, "two inputs or results have one name");
  }

  /// Whether a name is "base", "base_<number>", or a part of one: "base_<number>_part<number>".
  static constexpr bool is_generated(std::string_view name, std::string_view base) {
    if (name.size() < base.size() || !same_text(name.substr(0, base.size()), base)) return false;
    std::string_view rest = name.substr(base.size());
    if (rest.empty()) return true;
    if (rest[0] != '_' || rest.size() == 1) return false;
    if (const std::size_t part = rest.find("_part"); part != rest.npos) rest = rest.substr(0, part);
    for (std::size_t i = 1; i < rest.size(); ++i)
      if (rest[i] < '0' || rest[i] > '9') return false;
    return true;
  }

  constexpr void require_free(std::string_view name, const TensorType& type) const {
    require(type.dtype != DType::string && facts(type.dtype).blob_code != 0, "weight", "weight files cannot hold this dtype");
    require_name(name, "weight");
    require(!is_generated(name), "weight", "the name is one that the builder gives to its own values");
    if (scopes_.empty())
      for (const std::int32_t port : graph_.ports_of(graph_.functions[0]))
        require(!same_text(graph_.text(graph_[port].name), name), "weight", "the name is that of an input of the program");
    for (std::size_t i = scope_weights_; i < weight_names_.size(); ++i)
      require(!same_text(graph_.text(weight_names_[i]).substr(scope_prefix_.size()), name), "weight",
              "this kernel has two weights of one name");
  }

  Graph graph_;
  BrokenRule broken_;
  Table<Shared> shared_;
  std::int32_t latest_[std::size(param_table)];
  Table<Name> weight_names_;
  Characters scope_prefix_;
  Table<Scope> scopes_;
  std::size_t scope_weights_ = 0;
  std::size_t next_number_ = 0;  ///< of values that yielded their names to ports
  std::uint64_t next_weight_ = blob::header_bytes;
  Name path_{};
  std::uint32_t operations_of_[operation_table.size()]{};
  std::uint32_t constants_of_[std::size(param_table)]{};
};

}  // namespace anechain::mil

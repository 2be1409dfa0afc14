// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <anechain/mil/blob.hpp>
#include <anechain/mil/graph.hpp>
#include <anechain/mil/infer.hpp>

namespace anechain::mil {

namespace detail {

inline constexpr std::string_view words_of_the_language[]{"true", "false", "inf", "nan", "tensor", "func", "program", "BLOBFILE"};

/// Most weights start with a letter that no taken name starts with, and need no further look.
inline constexpr auto starts_a_taken_name = [] {
  std::array<bool, 128> starts{};
  const auto mark = [&](std::string_view name) {
    if (!name.empty()) starts[static_cast<unsigned char>(name[0]) % 128] = true;
  };
  mark("x");
  mark("y");
  for (const std::string_view word : words_of_the_language) mark(word);
  for (const OperationFacts& operation : operation_table) mark(operation.name);
  for (const ParamFacts& param : param_table) mark(param.constant_name);
  return starts;
}();

}  // namespace detail

/// The values of one integer per spatial axis, or two for padding (before, after). Empty means the neutral value.
struct PerAxis {
  std::int64_t values[6]{};
  int count = 0;

  constexpr PerAxis() = default;
  constexpr PerAxis(std::initializer_list<std::int64_t> given) {
    require(given.size() <= 6, "conv", "at most 3 spatial axes");
    for (const std::int64_t value : given) values[count++] = value;
  }
};

/// How a convolution's input is extended. `custom` takes `ConvOptions::pad`.
enum class Padding : std::uint8_t { valid, same, same_lower, custom };

/// What a convolution takes besides its input and weight. Designated initialisers read well here:
/// `b.conv(x, w, {.strides = {2, 2}, .padding = mil::Padding::same})`.
struct ConvOptions {
  Value bias{};       ///< [output channels]; absent by default
  PerAxis strides{};  ///< one per spatial axis; 1 by default
  Padding padding = Padding::valid;
  PerAxis pad{};        ///< two per spatial axis, before and after, for Padding::custom
  PerAxis dilations{};  ///< one per spatial axis; 1 by default
  std::int64_t groups = 1;
};

/// Builds a graph operation by operation, inferring every type. Works in constant expressions and at run time alike.
/// An operand that does not fit stops the compiler, or throws TypeError, naming the operation and the numbers.
class Builder {
 public:
  /// Growing tables is what costs most in a constant evaluation: room for some fifty operations is made at once.
  constexpr Builder() {
    for (std::int32_t& latest : latest_) latest = -1;
    graph_.numbers.reserve(64);
    graph_.values.reserve(128);
    graph_.constants.reserve(64);
    graph_.arguments.reserve(512);
    graph_.operations.reserve(128);
  }

  /// An input of the program. Kernels do not call it: their input is given to `body`.
  constexpr Value input(std::string_view name, const TensorType& type) {
    require_reasonable(type, "input");
    const Value value = add_value(graph_.add_text(name), type, -1);
    graph_.inputs.push_back(value.id);
    return value;
  }

  /// A tensor of the weight file. `name` is how `Weights` finds it: unique within the kernel, and not one of the names
  /// that the builder gives to its own values (an operation's name, or a constant's, like "conv" or "st_1").
  constexpr Value weight(std::string_view name, const TensorType& type) {
    require_free(name, type);
    const blob::Placement placement{next_weight_, static_cast<std::uint64_t>(type.packed_bytes())};
    next_weight_ = blob::next_metadata(placement.end());
    if (path_.size == 0) path_ = graph_.add_text(blob::default_path);
    const Name scoped = scoped_name(name);
    weight_names_.push_back(scoped);
    return add_constant(scoped, type, {.kind = Constant::Kind::blob, .text = path_, .blob_offset = placement.metadata});
  }

  /// An immediate number, for use as an operand: `b.mul(x, b.scalar(mil::fp16, 0.5))`. Floating numbers are rounded; one
  /// that is too large for its dtype, or no whole number for an integer dtype, is refused.
  constexpr Value scalar(DType dtype, double number) {
    if (facts(dtype).floating) {
      constexpr double infinity = std::numeric_limits<double>::infinity();
      require(number == infinity || number == -infinity || number != number ||
                  (rounded(dtype, number) != infinity && rounded(dtype, number) != -infinity),
              "scalar", "the number is too large for its dtype");
    } else {
      require(number >= -0x1p31 && number < 0x1p31 && static_cast<double>(static_cast<std::int64_t>(number)) == number, "scalar",
              "the number is no 32-bit integer");
    }
    const std::int64_t bits = facts(dtype).floating ? to_bits(rounded(dtype, number)) : static_cast<std::int64_t>(number);
    return operand(Param::y, {dtype, {}}, {&bits, 1});
  }

  /// Convolution of x [batch, channels, spatial...] with weight [output channels, channels / groups, kernel...].
  constexpr Value conv(Value x, Value weight, const ConvOptions& options = {}) {
    const int axes = std::clamp(x.type.shape.rank - 2, 1, 3);
    for (int i = 0; i < options.pad.count; ++i)
      require(options.padding == Padding::custom || options.pad.values[i] == 0, "conv",
              "pad is given, {}, but takes effect only with Padding::custom", options.pad.values[i]);
    constexpr std::string_view pad_types[]{"valid", "same", "same_lower", "custom"};
    const Value pad_type = operand(Param::pad_type, pad_types[static_cast<int>(options.padding)]);
    const Value strides = operand(Param::strides, options.strides, axes, 1);
    const Value pad = operand(Param::pad, options.pad, 2 * axes, 0);
    const Value dilations = operand(Param::dilations, options.dilations, axes, 1);
    const Value groups = operand(Param::groups, {DType::int32, {}}, {&options.groups, 1});
    return add(OpKind::conv, {{Param::bias, options.bias.id},
                              {Param::dilations, dilations.id},
                              {Param::groups, groups.id},
                              {Param::pad, pad.id},
                              {Param::pad_type, pad_type.id},
                              {Param::strides, strides.id},
                              {Param::weight, weight.id},
                              {Param::x, x.id}});
  }

  /// The matrix product of the two innermost axes, repeated over the outer ones, which broadcast.
  constexpr Value matmul(Value x, Value y, bool transpose_x = false, bool transpose_y = false) {
    const Value tx = operand(Param::transpose_x, transpose_x);
    const Value ty = operand(Param::transpose_y, transpose_y);
    return add(OpKind::matmul, {{Param::transpose_x, tx.id}, {Param::transpose_y, ty.id}, {Param::x, x.id}, {Param::y, y.id}});
  }

  /// x + y, element by element, broadcasting.
  constexpr Value add(Value x, Value y) { return add(OpKind::add, {{Param::x, x.id}, {Param::y, y.id}}); }

  /// x * y, element by element, broadcasting.
  constexpr Value mul(Value x, Value y) { return add(OpKind::mul, {{Param::x, x.id}, {Param::y, y.id}}); }

  /// max(x, 0), element by element.
  constexpr Value relu(Value x) { return add(OpKind::relu, {{Param::x, x.id}}); }

  /// The same elements, in the same order, in another shape: `b.reshape(x, {1, 8, 32, 64})`.
  constexpr Value reshape(Value x, std::initializer_list<std::int64_t> extents) {
    const Value shape = operand(Param::shape, {DType::int32, {{std::ssize(extents)}, 1}}, {extents.begin(), extents.size()});
    return add(OpKind::reshape, {{Param::shape, shape.id}, {Param::x, x.id}});
  }

  /// The axes in another order: axis i of the result is axis `permutation[i]` of x.
  constexpr Value transpose(Value x, std::initializer_list<std::int64_t> permutation) {
    const Value perm = operand(Param::perm, {DType::int32, {{std::ssize(permutation)}, 1}}, {permutation.begin(), permutation.size()});
    return add(OpKind::transpose, {{Param::perm, perm.id}, {Param::x, x.id}});
  }

  /// The same numbers in another element type: fp16, fp32 or int32.
  constexpr Value cast(Value x, DType dtype) {
    const Value name = operand(Param::dtype, facts(dtype).name);
    return add(OpKind::cast, {{Param::dtype, name.id}, {Param::x, x.id}});
  }

  /// Opens a scope for the kernel number `index` of a fused program: its weights are named "k<index>_<name>". Scopes nest.
  constexpr void enter(std::size_t index) {
    scopes_.push_back({scope_prefix_.size(), scope_weights_});
    scope_prefix_.append("k");
    append_digits(scope_prefix_, index);
    scope_prefix_.append("_");
    scope_weights_ = weight_names_.size();
  }

  /// Closes the scope that `enter` opened.
  constexpr void leave() {
    scope_prefix_.truncate(scopes_.back().prefix);
    scope_weights_ = scopes_.back().weights;
    scopes_.pop_back();
  }

  /// The first rule that an operation broke, while a constant evaluation goes on.
  constexpr const BrokenRule& broken() const { return broken_; }

  /// Ends the program with its result, which is named "y", and gives the graph away.
  constexpr Graph finish(Value result) {
    require(broken_.rule == nullptr, facts(broken_.operation).name.data(), broken_.rule, broken_.first, broken_.second);
    require(result.id >= 0, "body", "it returned no value");
    const std::int32_t operation = graph_[result.id].operation;
    require(operation >= 0 && graph_.operations[static_cast<std::size_t>(operation)].kind != OpKind::constant, "body",
            "it must return the result of an operation, not its input or a weight");
    graph_.values[static_cast<std::size_t>(result.id)].name = graph_.add_text("y");
    graph_.outputs.push_back(result.id);
    hoist_immediate_constants();
    return static_cast<Graph&&>(graph_);
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
  };

  /// Immediate constants come first, as in the seed experiment's program; all else keeps its order.
  constexpr void hoist_immediate_constants() {
    const auto is_immediate = [&](const Operation& operation) {
      return operation.constant >= 0 && graph_.constants[static_cast<std::size_t>(operation.constant)].kind != Constant::Kind::blob;
    };
    std::vector<Operation> ordered;
    ordered.reserve(graph_.operations.size());
    for (const bool immediate : {true, false})
      for (const Operation& operation : graph_.operations)
        if (is_immediate(operation) == immediate) {
          graph_.values[static_cast<std::size_t>(operation.result)].operation = static_cast<std::int32_t>(ordered.size());
          ordered.push_back(operation);
        }
    graph_.operations = static_cast<std::vector<Operation>&&>(ordered);
  }

  constexpr Value add_value(Name name, const TensorType& type, std::int32_t operation) {
    graph_.values.push_back({name, type, operation});
    return {static_cast<std::int32_t>(graph_.values.size() - 1), type};
  }

  constexpr Value add_constant(Name name, const TensorType& type, const Constant& constant) {
    require_reasonable(type, "const");
    const Value value = add_value(name, type, static_cast<std::int32_t>(graph_.operations.size()));
    graph_.constants.push_back(constant);
    graph_.operations.push_back(
        {.kind = OpKind::constant, .name = name, .result = value.id, .constant = static_cast<std::int32_t>(graph_.constants.size() - 1)});
    return value;
  }

  /// Appends an operation; arguments without a value are left out.
  /// Once a rule is broken in a constant evaluation, what is built no longer matters: it goes on with an operand in place
  /// of the result, so that the body runs to its end and the rule can be reported.
  constexpr Value add(OpKind kind, std::initializer_list<Argument> arguments) {
    Operation operation{.kind = kind, .first_argument = static_cast<std::uint32_t>(graph_.arguments.size())};
    for (const Argument& argument : arguments) {
      if (argument.value < 0) continue;
      graph_.arguments.push_back(argument);
      ++operation.argument_count;
    }
    const TensorType type = infer(Operands{graph_, kind, graph_.arguments_of(operation), &broken_}, kind);
    if (broken_.rule != nullptr) return graph_.value(graph_.arguments.back().value);
    require_reasonable(type, facts(kind).name.data());
    operation.name = numbered(facts(kind).name, operations_of_[static_cast<std::size_t>(kind)]++);
    const Value value = add_value(operation.name, type, static_cast<std::int32_t>(graph_.operations.size()));
    operation.result = value.id;
    graph_.operations.push_back(operation);
    return value;
  }

  constexpr Value operand(Param param, bool flag) {
    const std::int64_t number = flag;
    return operand(param, {DType::boolean, {}}, {&number, 1});
  }

  constexpr Value operand(Param param, PerAxis given, int count, std::int64_t neutral) {
    if (given.count == 0)
      for (given.count = 0; given.count < count;) given.values[given.count++] = neutral;
    return operand(param, {DType::int32, {{given.count}, 1}}, {given.values, static_cast<std::size_t>(given.count)});
  }

  /// An immediate operand: integers (or the bits of doubles), or a string.
  constexpr Value operand(Param param, const TensorType& type, std::span<const std::int64_t> numbers) {
    return operand(param, type, numbers, {});
  }
  constexpr Value operand(Param param, std::string_view text) { return operand(param, {DType::string, {}}, {}, text); }

  constexpr Value operand(Param param, const TensorType& type, std::span<const std::int64_t> numbers, std::string_view text) {
    for (std::int32_t known = latest_[static_cast<std::size_t>(param)]; known >= 0;
         known = shared_[static_cast<std::size_t>(known)].previous) {
      const std::int32_t value = shared_[static_cast<std::size_t>(known)].value;
      if (graph_[value].type == type && holds(*graph_.constant_of(value), numbers, text)) return graph_.value(value);
    }
    Constant constant{.kind = type.dtype == DType::string ? Constant::Kind::text : Constant::Kind::numbers,
                      .first = static_cast<std::uint32_t>(graph_.numbers.size()),
                      .count = static_cast<std::uint32_t>(numbers.size()),
                      .text = graph_.add_text(text)};
    for (std::size_t i = 0; i < numbers.size(); ++i) graph_.numbers.push_back(numbers[i]);
    const Value value =
        add_constant(numbered(facts(param).constant_name, constants_of_[static_cast<std::size_t>(param)]++), type, constant);
    shared_.push_back({value.id, latest_[static_cast<std::size_t>(param)]});
    latest_[static_cast<std::size_t>(param)] = static_cast<std::int32_t>(shared_.size() - 1);
    return value;
  }

  constexpr bool holds(const Constant& constant, std::span<const std::int64_t> numbers, std::string_view text) const {
    if (constant.count != numbers.size() || !same_text(graph_.text(constant.text), text)) return false;
    const std::int64_t* mine = graph_.numbers.data() + constant.first;
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (mine[i] != numbers.data()[i]) return false;
    return true;
  }

  /// "conv" for the first, then "conv_1", "conv_2", ...
  constexpr Name numbered(std::string_view base, std::uint32_t ordinal) {
    Name name = graph_.add_text(base);
    if (ordinal == 0) return name;
    graph_.characters.append("_");
    append_digits(graph_.characters, ordinal);
    name.size = static_cast<std::uint32_t>(graph_.characters.size()) - name.offset;
    return name;
  }

  static constexpr void append_digits(Characters& to, std::size_t number) {
    char digits[20];
    std::size_t first = sizeof digits;
    do digits[--first] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    to.append({digits + first, sizeof digits - first});
  }

  constexpr Name scoped_name(std::string_view name) {
    Name scoped = graph_.add_text(scope_prefix_.view());
    scoped.size += graph_.add_text(name).size;
    return scoped;
  }

  constexpr void require_not_taken(std::string_view name) const {
    for (const std::string_view& word : detail::words_of_the_language)
      require(!same_text(name, word), "weight", "the name is a word of the language");
    require(!same_text(name, "x") && !same_text(name, "y"), "weight", "the names x and y are the program's own input and output");
    for (const OperationFacts& operation : operation_table)
      require(!is_generated(name, operation.name), "weight", "the name is one that the builder gives to its own values");
    for (const ParamFacts& param : param_table)
      require(!is_generated(name, param.constant_name), "weight", "the name is one that the builder gives to its own constants");
  }

  /// Whether a name is "base" or "base_<number>".
  static constexpr bool is_generated(std::string_view name, std::string_view base) {
    if (base.empty() || name.size() < base.size() || !same_text(name.substr(0, base.size()), base)) return false;
    const std::string_view rest = name.substr(base.size());
    if (rest.empty()) return true;
    if (rest[0] != '_' || rest.size() == 1) return false;
    for (const char c : rest.substr(1))
      if (c < '0' || c > '9') return false;
    return true;
  }

  constexpr void require_free(std::string_view name, const TensorType& type) const {
    require(type.dtype != DType::string && facts(type.dtype).blob_code != 0, "weight", "weight files cannot hold this dtype");
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    require(!name.empty() && is_letter(name[0]), "weight", "a name starts with a letter or an underscore");
    for (const char c : name) require(is_letter(c) || is_digit(c), "weight", "a name is made of letters, digits and underscores");

    const char first = name[0];
    if (detail::starts_a_taken_name[static_cast<unsigned char>(first) % 128]) require_not_taken(name);
    if (first == 'k') {
      std::size_t end = 1;
      while (end < name.size() && is_digit(name[end])) ++end;
      require(end == 1 || end == name.size() || name[end] != '_', "weight", "names like k0_W are those of fused kernels");
    }
    for (std::size_t i = scope_weights_; i < weight_names_.size(); ++i)
      require(!same_text(graph_.text(weight_names_[i]).substr(scope_prefix_.size()), name), "weight",
              "this kernel has two weights of one name");
  }

  Graph graph_;
  BrokenRule broken_;
  std::vector<Shared> shared_;
  std::int32_t latest_[param_table.size()];
  std::vector<Name> weight_names_;
  Characters scope_prefix_;
  std::vector<Scope> scopes_;
  std::size_t scope_weights_ = 0;
  std::uint64_t next_weight_ = blob::header_bytes;
  Name path_{};
  std::uint32_t operations_of_[operation_table.size()]{};
  std::uint32_t constants_of_[param_table.size()]{};
};

}  // namespace anechain::mil

// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <anechain/devices/ane/constraints.hpp>
#include <anechain/devices/ane/framework.hpp>
#include <anechain/devices/ane/identity.hpp>
#include <anechain/devices/ane/options.hpp>
#include <anechain/devices/ane/surface.hpp>
#include <anechain/devices/program_port.hpp>
#include <anechain/mil/blob_file.hpp>
#include <anechain/mil/check.hpp>

namespace anechain::ane {

/// See ProgramPort.
using Port = ProgramPort;

namespace detail {

/// Where a weight file of the text stands in the program's directory. Throws CompileError for one that would lie elsewhere.
inline std::filesystem::path weight_file(std::string_view named) {
  constexpr std::string_view prefix = "@model_path/";
  const std::filesystem::path path = std::filesystem::path{named.substr(std::min(prefix.size(), named.size()))}.lexically_normal();
  if (!named.starts_with(prefix) || path.empty() || path.is_absolute() || *path.begin() == "..")
    throw CompileError("the weight file '" + std::string{named} + "' does not lie in @model_path/");
  for (const char* const taken : {"model.mil", "net.plist", "data"})
    if (path == taken) throw CompileError("the weight file '" + std::string{named} + "' has the name of another file of the program");
  return path;
}

/// What the device needs to know of a program's text.
struct Signature {
  std::vector<Port> inputs;               ///< in alphabetical order of their names
  std::vector<Port> outputs;              ///< the same
  std::vector<std::string> weight_paths;  ///< as the text has them
};

/// Throws CompileError where the program breaks a rule that is established, and warns of those that are reported or contested.
inline void require_constraints(const mil::Graph& graph, const mil::Function& function, const Options& options) {
  for (const Violation& violation : violations(graph, function)) {
    const Constraint& constraint = *violation.constraint;
    if (constraint.certainty == Certainty::advice) continue;
    const std::string place = violation.at.line == 0 ? "" : to_string(violation.at) + ": ";
    const std::string words = "MIL text, " + place + "constraint " + std::string{constraint.id} + " of the ANE (" +
                              std::string{name_of(constraint.certainty)} + "): " + std::string{constraint.rule} + "; observed by " +
                              std::string{constraint.observed};
    if (constraint.certainty == Certainty::established) throw CompileError(words);
    if (options.on_warning) options.on_warning(words);
  }
}

inline Signature read(std::string_view text, std::span<const std::byte> blob, const Options& options) {
  try {
    const mil::Graph graph = mil::parse_checked(text);
    const std::vector<mil::Finding> broken =
        mil::check_references(graph, [blob](std::string_view) { return blob.empty() ? std::nullopt : std::optional{blob}; });
    if (!broken.empty()) mil::fail_at(broken.front().at, broken.front().message);
    if (graph.functions.size() != 1)
      throw CompileError("the ANE device runs programs of one function, this one has " + std::to_string(graph.functions.size()));
    const mil::Function& function = graph.functions.front();
    require_constraints(graph, function, options);
    Signature signature{program_ports(graph, graph.inputs_of(function)), program_ports(graph, graph.outputs_of(function)), {}};
    for (const std::string_view path : mil::weight_paths(graph)) (void)weight_file(signature.weight_paths.emplace_back(path));
    if (!signature.weight_paths.empty() && blob.empty())
      throw CompileError("the program has weights in '" + signature.weight_paths.front() + "', but no weight blob was given");
    return signature;
  } catch (const mil::ParseError& error) {
    throw CompileError(error);
  }
}

/// A program's text with a number in its buildInfo that no other program has (abr).
inline std::string made_distinct(std::string_view text) {
  static std::atomic<unsigned> next{0};
  constexpr std::string_view dictionary = "({{";
  const std::size_t at = text.find(dictionary, std::min(text.find("buildInfo"), text.size()));
  if (at == std::string_view::npos) throw CompileError("a program without buildInfo cannot be made distinct");
  std::string distinct{text};
  return distinct.insert(at + dictionary.size() - 1,
                         "{\"anechain-nonce\", \"" + std::to_string(getpid()) + "." + std::to_string(next++) + "\"}, ");
}

inline void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw CompileError("cannot make the folder " + path.string() + ": " + error.message());
}

inline void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  make_folder(path.parent_path());
  try {
    mil::write_file(path, bytes);
  } catch (const std::system_error& error) {
    throw CompileError(error.what());
  }
}

}  // namespace detail

/// A compiled and loaded program. Those of the same text and weights share files; see Process.
class Program {
 public:
  /// Throws CompileError: for what is wrong with the text or the blob before anything is called, and for what the framework says.
  Program(std::shared_ptr<const Framework> framework, std::string_view text, std::span<const std::byte> blob, const Options& options)
      : framework_(std::move(framework)) {
    const detail::Signature signature = detail::read(text, blob, options);
    inputs_ = signature.inputs;
    outputs_ = signature.outputs;
    const std::string own_text = options.distinct ? detail::made_distinct(text) : std::string{};
    framework_->foundation.in_pool<CompileError>("compiling", [&] {
      const std::lock_guard lock{Process::shared().mutex};
      make(options.distinct ? own_text : text, blob, signature, options);
    });
  }
  Program(Program&&) = default;
  Program& operator=(Program&&) = default;
  ~Program() = default;

  /// In alphabetical order of their names.
  std::span<const Port> inputs() const { return inputs_; }
  std::span<const Port> outputs() const { return outputs_; }

  /// The _ANEInMemoryModel.
  objc::Id model() const { return model_; }

 private:
  void make(std::string_view text, std::span<const std::byte> blob, const detail::Signature& signature, const Options& options) {
    const Framework& framework = *framework_;
    const Foundation& foundation = framework.foundation;
    const auto bytes = std::as_bytes(std::span{text});
    const objc::Owned text_data = foundation.data(bytes);
    const objc::Owned weights = weights_of(foundation, blob, signature);
    const objc::Id descriptor = framework.make_descriptor(framework.descriptor_class, text_data.get(), weights.get(), nullptr);
    if (descriptor == nullptr) throw CompileError("the framework makes no descriptor of the program");
    LoadedModel made{framework_, foundation.retained(framework.make_model(framework.model_class, descriptor)), options.distinct,
                     options.on_warning};
    if (!made.model) throw CompileError("the framework makes no model of the program's descriptor");

    Process& process = Process::shared();
    auto share = std::make_unique<IdentityShare>(process, directory_of(made.model.get()));
    if (share->is_first()) {
      detail::make_folder(share->directory() / "weights");
      detail::write_file(share->directory() / "model.mil", bytes);
      for (const std::string& path : signature.weight_paths) detail::write_file(share->directory() / detail::weight_file(path), blob);
    }
    if (options.statistics) ask_for_statistics(made.model.get());
    prepare(made.model.get(), process, options);
    model_ = made.model.get();
    share->keep(std::move(made));
    share_ = std::move(share);
    require_layout(foundation.entry(framework.attributes ? framework.attributes(model_) : nullptr, "NetworkStatusList"));
  }

  /// Where the framework looks for a model's files.
  std::filesystem::path directory_of(objc::Id model) const {
    const Foundation& foundation = framework_->foundation;
    const std::string identifier = foundation.text(framework_->identifier(model));
    if (identifier.empty() || identifier.find('/') != std::string::npos || identifier.front() == '.')
      throw CompileError("the framework gives the program the identifier '" + identifier + "'");
    return std::filesystem::path{foundation.temporary_directory()} / identifier;
  }

  /// { path: { "offset": 0, "data": the blob } }; empty, but there, for a program without weights: nil is known to crash.
  static objc::Owned weights_of(const Foundation& foundation, std::span<const std::byte> blob, const detail::Signature& signature) {
    const objc::Owned offset_key = foundation.string("offset");
    const objc::Owned data_key = foundation.string("data");
    const objc::Owned offset = foundation.number(0);
    const objc::Owned data = foundation.data(blob);
    const std::array entry_keys{offset_key.get(), data_key.get()};
    const std::array entry_values{offset.get(), data.get()};
    const objc::Owned entry = foundation.dictionary(entry_keys, entry_values);
    std::vector<objc::Owned> paths;
    std::vector<objc::Id> keys;
    keys.reserve(signature.weight_paths.size());
    for (const std::string& path : signature.weight_paths) keys.push_back(paths.emplace_back(foundation.string(path)).get());
    return foundation.dictionary(keys, std::vector<objc::Id>(keys.size(), entry.get()));
  }

  /// Before the program is compiled and loaded, of both models: loading clears the one's (tmc, Espresso).
  void ask_for_statistics(objc::Id model) const {
    constexpr std::uint32_t mask = 0xF;  // the bits that are known to be valid
    const Framework& framework = *framework_;
    if (framework.set_statistics_mask) framework.set_statistics_mask(model, mask);
    if (framework.inner_model && framework.set_inner_statistics_mask)
      framework.set_inner_statistics_mask(framework.inner_model(model), mask);
  }

  /// Compiles, unless that was done before, and loads: twice, where it fails, and where what was compiled before cannot be loaded,
  /// compiled anew. Throws CompileError.
  void prepare(objc::Id model, Process& process, const Options& options) const {
    if (process.loaded >= options.loaded_budget)
      throw CompileError("this process has " + std::to_string(process.loaded) + " programs loaded, which is its budget");
    if (process.loaded == loaded_with_certainty && options.on_warning)
      options.on_warning("more than " + std::to_string(loaded_with_certainty) +
                         " programs are loaded: on some machines no more were taken (irm), on others about 120 (omlx)");
    const objc::Owned none = framework_->foundation.dictionary({}, {});
    const bool was_compiled = framework_->is_compiled && framework_->is_compiled(model) != 0;
    if (!was_compiled) compile(model, none.get(), process, options);
    if (load(model, none.get(), options) == nullptr) return;
    std::this_thread::sleep_for(options.load_retry_after);
    objc::Id error = load(model, none.get(), options);
    if (error != nullptr && was_compiled) {
      compile(model, none.get(), process, options);
      error = load(model, none.get(), options);
    }
    if (error != nullptr) throw Failed<CompileError>{"loadWithQoS, repeatedly", framework_->foundation.failure(error)};
  }

  void compile(objc::Id model, objc::Id none, Process& process, const Options& options) const {
    if (process.compiled >= options.compile_budget)
      throw CompileError("this process has compiled " + std::to_string(process.compiled) +
                         " programs, which is its budget: compilations beyond it are known to fail, and unloading gives none back");
    ++process.compiled;
    objc::Id error = nullptr;
    if (framework_->compile(model, options.qos, none, &error) == 0)
      throw Failed<CompileError>{"compileWithQoS", framework_->foundation.failure(error)};
  }

  /// Null, or what went wrong: an NSError, or where the framework gives none, `none`.
  objc::Id load(objc::Id model, objc::Id none, const Options& options) const {
    objc::Id error = nullptr;
    if (framework_->load(model, options.qos, none, &error) != 0) return nullptr;
    return error == nullptr ? none : error;
  }

  /// The loaded model says how it lays tensors out, on some systems. Throws CompileError where that is not as surfaces are made.
  void require_layout(objc::Id status_list) const {
    const Foundation& foundation = framework_->foundation;
    if (foundation.count(status_list) == 0) return;
    const objc::Id status = foundation.element(status_list, 0);
    for (const auto& [key, ports] : {std::pair{"LiveInputList", &inputs_}, std::pair{"LiveOutputList", &outputs_}}) {
      const objc::Id list = foundation.entry(status, key);
      for (std::size_t i = 0; i < foundation.count(list); ++i) require_layout(*ports, foundation.element(list, i));
    }
  }

  void require_layout(std::span<const Port> ports, objc::Id reported) const {
    const Foundation& foundation = framework_->foundation;
    const std::string name = foundation.text(foundation.entry(reported, "Name"));
    const auto port = std::ranges::find_if(
        ports, [&](const Port& candidate) { return name == candidate.name || name.starts_with(candidate.name + "@"); });
    if (port == ports.end()) return;
    const mil::TensorType& type = port->type;
    const auto require = [&](const char* key, std::int64_t expected) {
      const std::optional<std::int64_t> told = foundation.integer(foundation.entry(reported, key));
      if (told && *told != expected)
        throw CompileError("the loaded program lays out '" + port->name + "', " + to_string(type) + ", with " + key + " " +
                           std::to_string(*told) + "; surfaces have " + std::to_string(expected));
    };
    require("Interleave", 1);
    require("RowStride", type.row_bytes());
    if (type.shape.rank == 4) {
      require("PlaneStride", type.shape[2] * type.row_bytes());
      require("BatchStride", type.shape[1] * type.shape[2] * type.row_bytes());
    }
  }

  std::shared_ptr<const Framework> framework_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  objc::Id model_ = nullptr;  // kept by the share
  std::unique_ptr<IdentityShare> share_;
};

}  // namespace anechain::ane

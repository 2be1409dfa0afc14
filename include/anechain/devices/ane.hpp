// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <anechain/devices/ane/constraints.hpp>
#include <anechain/devices/ane/framework.hpp>
#include <anechain/devices/ane/options.hpp>
#include <anechain/devices/ane/program.hpp>
#include <anechain/devices/ane/request.hpp>
#include <anechain/devices/ane/surface.hpp>
#include <anechain/devices/clock.hpp>
#include <anechain/devices/device.hpp>
#include <anechain/support/machine.hpp>

namespace anechain {
namespace ane {

/// Why programs cannot be run here, in one sentence; empty where they can. That a framework is complete does not say that it works.
inline std::string absence(const Framework& framework) {
  std::string missing;
  for (const Part& part : framework.missing()) {
    missing += (missing.empty() ? "" : ", ") + part.name;
    if (part.kind == Part::Kind::library) return "cannot open " + part.name + (part.problem.empty() ? "" : ": " + part.problem);
  }
  if (!missing.empty()) return "the AppleNeuralEngine framework lacks " + missing;
  const bool has_none = framework.has_engine && framework.foundation.in_pool<DeviceError>(
                                                    "hasANE", [&] { return framework.has_engine(framework.device_class) == 0; });
  return has_none ? "the framework says that there is no engine" : "";
}

/// Why a route cannot be taken, in one sentence; empty where it can.
inline std::string absence(const Framework& framework, Route route) {
  const auto lacks = [&](const char* what) { return "route " + std::string{name_of(route)} + ": the framework lacks " + what; };
  switch (route) {
    case Route::standard: return {};
    case Route::real_time:
      if (!framework.shared_client) return lacks("+[_ANEClient sharedConnection]");
      return framework.evaluate_in_real_time ? "" : lacks("-[_ANEClient evaluateRealTimeWithModel:options:request:error:]");
    case Route::direct:
      if (!framework.shared_client) return lacks("+[_ANEClient sharedConnection]");
      return framework.evaluate_directly ? "" : lacks("-[_ANEClient doEvaluateDirectWithModel:options:request:qos:error:]");
    case Route::program:
      if (!framework.inner_model || !framework.program) return lacks("-[_ANEInMemoryModel model] or -[_ANEModel program]");
      if (!framework.string_id) return lacks("-[_ANEModel string_id]");
      return framework.process_request
                 ? ""
                 : lacks("-[_ANEProgramForEvaluation processRequest:model:qos:qIndex:modelStringID:options:returnValue:error:]");
  }
  return {};
}

/// When an evaluation fails, `_ANEClient` asks the model for its getUUID, which it does not have: an exception that hides the failure
/// (abr, maderix). Where it is still so, the model is given one that answers nothing, as abr does.
inline void let_failures_through(const Framework& framework) {
  const objc::Runtime& runtime = framework.inventory.runtime();
  const objc::Message<objc::Id()> get_uuid{runtime, "getUUID"};
  if (runtime.add_method == nullptr || runtime.responds(framework.model_class, get_uuid.selector()) != 0) return;
  objc::Id (*const nothing)(objc::Id, objc::Selector) = [](objc::Id, objc::Selector) -> objc::Id { return nullptr; };
  runtime.add_method(framework.model_class, get_uuid.selector(), reinterpret_cast<objc::Implementation>(nothing), "@@:");
}

}  // namespace ane

/// The Apple Neural Engine, through its private framework, from plain C++: everything is opened when the device is made, and no framework
/// is named when a program is built. See docs/ane.md for what is confirmed on hardware and what is not.
class AneDevice {
 public:
  using Surface = ane::Surface;
  using Program = ane::Program;
  using Request = ane::Request;

  /// Chains above this cannot be compiled in one process.
  static constexpr std::size_t longest_chain = ane::compile_budget;

  /// What the engine is known not to take; a chain with a kernel that breaks an established one does not compile for it.
  static constexpr std::span<const ane::Constraint> constraints{ane::constraints};

  /// The first established one that the program's first function breaks, as its place in `constraints`; -1 where there is none.
  static constexpr std::int32_t first_broken(const mil::Graph& graph) { return ane::first_established(graph, graph.functions[0]); }

  /// Throws DeviceError where there is no engine, or not the route, and says what is missing. Devices may share a framework, which is not
  /// null; each opens one of its own by default.
  ///@{
  explicit AneDevice(ane::Options options = {}) : AneDevice(std::make_shared<ane::Framework>(), std::move(options)) {}
  explicit AneDevice(std::shared_ptr<const ane::Framework> framework, ane::Options options = {})
      : framework_(std::move(framework)), options_(std::move(options)) {
    if (const std::string reason = ane::absence(*framework_); !reason.empty()) throw DeviceError("no Apple Neural Engine: " + reason);
    if (const std::string reason = ane::absence(*framework_, options_.route); !reason.empty()) throw DeviceError(reason);
    if (options_.qos > 63) throw DeviceError("QoS " + std::to_string(options_.qos) + ": it is between 0 and 63");
    if (options_.route == ane::Route::real_time || options_.route == ane::Route::direct) ane::let_failures_through(*framework_);
  }
  ///@}

  /// "ane: Apple M4 Max h16g, macOS 26.2 (25C56), route standard, QoS 21".
  std::string name() const {
    std::string name = "ane: " + machine::processor();
    if (const std::string engine = architecture(); !engine.empty()) name += " " + engine;
    if (const std::string system = machine::distribution(); !system.empty()) name += ", " + system;
    name += ", route " + std::string{name_of(options_.route)} + ", QoS " + std::to_string(options_.qos);
    if (options_.distinct) name += ", distinct programs";
    const std::string& path = framework_->inventory.libraries().neural_engine.path();
    return path == ane::Libraries{}.neural_engine ? name : name + ", in place of the engine: " + path;
  }

  /// See Device. An error is an ane::Failed where the framework said why.
  ///@{
  Surface surface(const mil::TensorType& type) const { return {framework_, type}; }
  Program compile(std::string_view text, std::span<const std::byte> blob) const { return {framework_, text, blob, options_}; }
  Request request(const Program& program, std::span<Surface* const> inputs, std::span<Surface* const> outputs) const {
    return {framework_, program, inputs, outputs, options_};
  }
  void evaluate(const Request& request) const { request.evaluate(); }
  ///@}

  /// The MachineClock's.
  std::chrono::nanoseconds now() const { return MachineClock::now(); }

  /// As they were given.
  const ane::Options& options() const { return options_; }

 private:
  std::string architecture() const {
    if (!framework_->architecture) return {};
    return framework_->foundation.in_pool<DeviceError>(
        "aneArchitectureType", [&] { return framework_->foundation.text(framework_->architecture(framework_->device_class)); });
  }

  std::shared_ptr<const ane::Framework> framework_;
  ane::Options options_;
};

static_assert(Device<AneDevice>);

}  // namespace anechain
